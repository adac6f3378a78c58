// Test double for the HishamOS server: the HTTP contract over an in-memory state, as one fetch
// handler. Used by `npm run dev` and by tests; never part of the product.
import { accessRoutes } from "./accessRoutes";
import { agents, commands } from "./agents";
import { json, page, problem } from "./answer";
import { approvalRoutes } from "./approvalRoutes";
import { isInContract, unknownField } from "./contract";
import { costRoutes } from "./costRoutes";
import { type Db, type Scenario, scenarios } from "./db";
import { executionRoutes } from "./executionRoutes";
import { identityRoutes } from "./identityRoutes";
import { lacking } from "./needs";
import { platformRoutes } from "./platformRoutes";
import { projectRoutes } from "./projectRoutes";
import { type Route, route } from "./route";
import { seed } from "./seed";
import { triggerRoutes } from "./triggerRoutes";
import { workflowRoutes } from "./workflowRoutes";

const routes: Route[] = [
  ...identityRoutes,
  ...projectRoutes,
  ...executionRoutes,
  ...approvalRoutes,
  ...workflowRoutes,
  ...triggerRoutes,
  ...platformRoutes,
  ...costRoutes,
  ...accessRoutes,
  route("GET", "/api/v1/models", ({ db }) => json(db.models)),
  route("GET", "/api/v1/agents", () => page(agents)),
  route("GET", "/api/v1/commands", () => page(commands)),
  route("GET", "/health", () => json({ status: "ok", version: "0.1.0" })),
];

export interface Mock {
  readonly db: Db;
  reset(scenario: Scenario, pace?: number): void;
  handle(request: Request): Promise<Response>;
}

/** What the server would refuse before it looks at anything. */
async function refusal(request: Request, path: string, query: URLSearchParams) {
  if (!isInContract(request.method, path)) {
    return problem(404, "not_found", `the server has no ${request.method} ${path}`);
  }
  const isJson = request.headers.get("content-type")?.includes("json") ?? false;
  const body: unknown = isJson
    ? await request
        .clone()
        .json()
        .catch(() => null)
    : null;
  const unknown = unknownField(request.method, path, query, body);
  return unknown === null ? null : problem(400, "invalid_request", `unknown field "${unknown}"`);
}

export function createMock(start: Scenario = "full"): Mock {
  let db = seed(start);
  function reset(scenario: Scenario, pace = 1_000) {
    for (const stop of db.stops) stop();
    db = { ...seed(scenario), pace };
  }
  return {
    get db() {
      return db;
    },
    reset,
    async handle(request) {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === "/__mock/reset") {
        const wish = (await request.json()) as { scenario?: string; pace?: number };
        reset(scenarios.find((each) => each === wish.scenario) ?? "full", wish.pace);
        return json({});
      }
      const refused = await refusal(request, pathname, searchParams);
      if (refused) return refused;
      for (const each of routes) {
        const params = each.match(request.method, pathname);
        if (!params) continue;
        if (!db.isSignedIn && !each.isPublic) {
          return problem(401, "unauthenticated", "sign in first");
        }
        const permission = lacking(db.session, request.method, pathname);
        if (permission) {
          return problem(403, "forbidden", `this needs the permission "${permission}"`);
        }
        return each.answer({ db, request, params });
      }
      return problem(404, "not_found", `no route for ${request.method} ${pathname}`);
    },
  };
}

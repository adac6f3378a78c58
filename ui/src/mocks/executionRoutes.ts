// Test double: executions.
import type { ExecutionDetail } from "@/api/types";
import type { ExecutionStatus } from "@/lib/status";
import { againRoutes } from "./againRoutes";
import { json, notFound, problem } from "./answer";
import { type Db, journalHub } from "./db";
import { begin } from "./play";
import { type Route, route } from "./route";

const find = (db: Db, id = "") => db.executions.find((execution) => execution.id === id);

function withoutSteps({ steps: _, ...execution }: ExecutionDetail) {
  return execution;
}

function order(path: string, from: ExecutionStatus[], to: ExecutionStatus, event: string): Route {
  return route("POST", `/api/v1/executions/{id}/${path}`, ({ db, params }) => {
    const execution = find(db, params.id);
    if (!execution) return notFound("execution", params.id ?? "");
    if (!from.some((status) => status === execution.status)) {
      return problem(409, "invalid_state", `a ${execution.status} execution cannot ${path}`);
    }
    execution.status = to;
    if (to === "cancelled") {
      execution.finished_at = new Date().toISOString();
      for (const step of execution.steps) {
        if (step.status === "running" || step.status === "pending") step.status = "cancelled";
        for (const instance of step.instances) {
          if (instance.status === "running") instance.status = "cancelled";
          for (const attempt of instance.attempts) {
            if (attempt.status !== "running") continue;
            attempt.status = "cancelled";
            attempt.finished_at = execution.finished_at;
          }
        }
      }
    }
    journalHub(db, execution.id).emit(event, { at: new Date().toISOString() });
    return json(withoutSteps(execution));
  });
}

export const executionRoutes: Route[] = [
  route("POST", "/api/v1/projects/{key}/generate-stories", async ({ db, params, request }) => {
    const { idea, model } = await request.json();
    if (db.models.default === null) {
      return problem(409, "no_model", "no model is available: run `hishamos model install`");
    }
    return json(withoutSteps(begin(db, params.key ?? "", idea, model ?? null)), 202);
  }),
  route("GET", "/api/v1/executions", ({ db, request }) => {
    const wanted = new URL(request.url).searchParams;
    const states = wanted.getAll("status");
    const is = (name: string, value: string | null | undefined) =>
      !wanted.get(name) || wanted.get(name) === value;
    const from = Date.parse(wanted.get("from") ?? "") || 0;
    const to = Date.parse(wanted.get("to") ?? "") || Number.MAX_SAFE_INTEGER;
    const found = db.executions.filter(
      (each) =>
        (states.length === 0 || states.includes(each.status)) &&
        is("project", each.project) &&
        is("workflow", each.workflow.slug) &&
        is("trigger", each.trigger) &&
        each.title.toLowerCase().includes((wanted.get("q") ?? "").toLowerCase()) &&
        Date.parse(each.created_at) >= from &&
        Date.parse(each.created_at) <= to,
    );
    // Small pages, so that there is a second one.
    const start = Number(wanted.get("cursor") ?? 0);
    const size = Math.min(Number(wanted.get("limit") ?? 5), 5);
    const next = start + size < found.length ? String(start + size) : null;
    return json({ items: found.slice(start, start + size).map(withoutSteps), next });
  }),
  route("GET", "/api/v1/executions/{id}", ({ db, params }) => {
    const execution = find(db, params.id);
    if (!execution) return notFound("execution", params.id ?? "");
    return json({ ...execution, last_seq: Number(journalHub(db, execution.id).cursor) });
  }),
  route("GET", "/api/v1/executions/{id}/events", ({ db, params, request }) =>
    journalHub(db, params.id ?? "").stream(request),
  ),
  ...againRoutes,
  order(
    "cancel",
    ["queued", "running", "waiting_approval", "paused"],
    "cancelled",
    "execution_cancelled",
  ),
  order("pause", ["queued", "running", "waiting_approval"], "paused", "execution_paused"),
  order("resume", ["paused"], "running", "execution_resumed"),
];

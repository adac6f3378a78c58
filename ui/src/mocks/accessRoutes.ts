// Test double: who may use what of AI.
import type { AccessWish } from "@/api/gateway";
import { everything, levelOf } from "./access";
import { agents } from "./agents";
import { json, notFound, problem, unknown } from "./answer";
import { at, type Db } from "./db";
import { type Route, route } from "./route";

const find = (db: Db, id: string | undefined) => db.access.find((each) => each.user_id === id);

const nobody = (id: string | undefined) => notFound("person", id ?? "");

/** What the server would not keep. */
function refusal(db: Db, wish: AccessWish): Response | null {
  const most = 1_000_000_000;
  const tooMuch = (["tokens_per_request", "requests_per_hour"] as const).find(
    (each) => (wish[each] ?? 1) < 1 || (wish[each] ?? 1) > most,
  );
  if (tooMuch) {
    const message = `use 1 to ${most}, or null for no limit`;
    return problem(400, "validation_error", `${tooMuch}: ${message}`, [
      { field: tooMuch, message },
    ]);
  }
  const missing = (names: string[] | null, known: string[]) =>
    (names ?? []).findIndex((name) => !known.includes(name));
  const platform = missing(
    wish.platforms,
    db.platforms.map((each) => each.name),
  );
  if (platform >= 0) {
    return unknown(
      `platforms[${platform}]`,
      `there is no platform "${wish.platforms?.[platform]}"; add it first`,
    );
  }
  const agent = missing(
    wish.agents,
    agents.map((each) => each.slug),
  );
  return agent < 0
    ? null
    : unknown(`agents[${agent}]`, `there is no agent "${wish.agents?.[agent]}"`);
}

export const accessRoutes: Route[] = [
  route("GET", "/api/v1/ai-access", ({ db, request }) => {
    const query = new URL(request.url).searchParams;
    const wanted = (query.get("q") ?? "").toLowerCase();
    const start = Number(query.get("cursor") ?? 0);
    const limit = Number(query.get("limit") ?? 50);
    const all = db.access.filter((each) =>
      `${each.name} ${each.email}`.toLowerCase().includes(wanted),
    );
    return json({
      items: all.slice(start, start + limit),
      next: start + limit < all.length ? String(start + limit) : null,
    });
  }),
  route("GET", "/api/v1/ai-access/{user_id}", ({ db, params }) => {
    const access = find(db, params.user_id);
    return access ? json(access) : nobody(params.user_id);
  }),
  route("PUT", "/api/v1/ai-access/{user_id}", async ({ db, params, request }) => {
    const access = find(db, params.user_id);
    if (!access) return nobody(params.user_id);
    const wish: AccessWish = await request.json();
    const refused = refusal(db, wish);
    if (refused) return refused;
    Object.assign(access, wish, {
      level: levelOf(wish),
      updated_at: at(0),
      updated_by: db.session.user.id,
    });
    return json(access);
  }),
  route("DELETE", "/api/v1/ai-access/{user_id}", ({ db, params }) => {
    const access = find(db, params.user_id);
    if (!access) return nobody(params.user_id);
    Object.assign(access, everything, { level: "full", updated_at: null, updated_by: null });
    return json(null, 204);
  }),
];

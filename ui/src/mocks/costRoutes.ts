// Test double: usage, the ledger, budgets, limits, virtual keys and the keys that seal secrets.
import type { Budget, VirtualKey } from "@/api/gateway";
import { json, notFound, page, problem, unknown } from "./answer";
import { usage, usageCsv } from "./costs";
import { at, nextId } from "./db";
import { type Route, route } from "./route";

export const costRoutes: Route[] = [
  route("GET", "/api/v1/usage", ({ db, request }) => {
    const query = new URL(request.url).searchParams;
    const report = usage(query, db.modelCalls.length === 0);
    return query.get("format") === "csv"
      ? new Response(usageCsv(report), { headers: { "content-type": "text/csv" } })
      : json(report);
  }),
  route("GET", "/api/v1/model-calls", ({ db, request }) => {
    const query = new URL(request.url).searchParams;
    const start = Number(query.get("cursor") ?? 0);
    const limit = Number(query.get("limit") ?? 50);
    const is = (name: string, value: string | null) =>
      query.get(name) === null || query.get(name) === value;
    const day = (name: string, other: string) => query.get(name)?.slice(0, 10) ?? other;
    const all = db.modelCalls.filter(
      (each) =>
        is("execution", each.execution_id) &&
        is("agent", each.agent) &&
        is("model", each.model) &&
        is("platform", each.provider) &&
        is("project", each.project) &&
        is("user", each.user_id) &&
        is("key", each.key_id) &&
        is("status", each.outcome) &&
        day("since", "") <= each.started_at.slice(0, 10) &&
        each.started_at.slice(0, 10) <= day("until", "9"),
    );
    const next = start + limit < all.length ? String(start + limit) : null;
    return json({ items: all.slice(start, start + limit), next });
  }),
  route("GET", "/api/v1/budgets", ({ db }) => page(db.budgets)),
  route("POST", "/api/v1/budgets", async ({ db, request }) => {
    const body = { scope_id: "", ...(await request.json()) };
    if (body.scope === "item" && !db.items.some((each) => each.key === body.scope_id)) {
      return unknown("scope_id", `there is no item "${body.scope_id}"; create it first`);
    }
    const isSame = (each: Budget) =>
      each.scope === body.scope && each.scope_id === body.scope_id && each.period === body.period;
    if (db.budgets.some(isSame)) {
      return problem(409, "conflict", "this scope has a budget for this period; change that one");
    }
    const budget: Budget = {
      ...body,
      id: nextId(db, "bdg"),
      scope_name: db.virtualKeys.find((each) => each.id === body.scope_id)?.name ?? null,
      is_active: true,
      spent_micros: 0,
      reserved_micros: 0,
      period_at: at(0),
      alerted_percent: 0,
      version: 1,
      created_at: at(0),
      updated_at: at(0),
    };
    db.budgets.push(budget);
    return json(budget, 201);
  }),
  route("PATCH", "/api/v1/budgets/{id}", async ({ db, params, request }) => {
    const budget = db.budgets.find((each) => each.id === params.id);
    if (!budget) return notFound("budget", params.id ?? "");
    const { version, ...body } = await request.json();
    if (version !== budget.version) {
      return problem(409, "conflict", "somebody else changed this budget; load it again");
    }
    Object.assign(budget, body, { version: version + 1 });
    return json(budget);
  }),
  route("DELETE", "/api/v1/budgets/{id}", ({ db, params }) => {
    db.budgets = db.budgets.filter((each) => each.id !== params.id);
    return json(null, 204);
  }),
  route("GET", "/api/v1/rate-limits", ({ db }) => json({ items: db.rateLimits })),
  route("PUT", "/api/v1/rate-limits", async ({ db, request }) => {
    const body = { scope_id: "", ...(await request.json()) };
    const others = db.rateLimits.filter(
      (each) => each.scope !== body.scope || each.scope_id !== body.scope_id,
    );
    db.rateLimits = [...others, { ...body, version: 1, updated_at: at(0) }];
    return json({ items: db.rateLimits });
  }),
  route("DELETE", "/api/v1/rate-limits", ({ db, request }) => {
    const query = new URL(request.url).searchParams;
    const id = query.get("scope_id") ?? "";
    db.rateLimits = db.rateLimits.filter(
      (each) => each.scope !== query.get("scope") || each.scope_id !== id,
    );
    return json(null, 204);
  }),
  route("GET", "/api/v1/virtual-keys", ({ db }) => page(db.virtualKeys)),
  route("POST", "/api/v1/virtual-keys", async ({ db, request }) => {
    const { expires_in_days, ...body } = await request.json();
    const key: VirtualKey = {
      project: null,
      models: [],
      scopes: ["chat", "embeddings", "audio", "agents", "workflows"],
      requests_per_minute: null,
      tokens_per_minute: null,
      ...body,
      id: nextId(db, "vky"),
      prefix: "hk-Mock1234",
      user_id: db.session.user.id,
      version: 1,
      created_at: at(0),
      updated_at: at(0),
      last_used_at: null,
      expires_at: expires_in_days ? at(-1_440 * expires_in_days) : null,
      revoked_at: null,
    };
    db.virtualKeys.unshift(key);
    return json({ ...key, key: "hk-Mock1234mockmockmockmockmockmockmock" }, 201);
  }),
  route("PATCH", "/api/v1/virtual-keys/{id}", async ({ db, params, request }) => {
    const key = db.virtualKeys.find((each) => each.id === params.id);
    if (!key) return notFound("virtual key", params.id ?? "");
    const { version, ...body } = await request.json();
    Object.assign(key, body, { version: version + 1 });
    return json(key);
  }),
  route("DELETE", "/api/v1/virtual-keys/{id}", ({ db, params }) => {
    const key = db.virtualKeys.find((each) => each.id === params.id);
    if (!key) return notFound("virtual key", params.id ?? "");
    key.revoked_at = at(0);
    return json(null, 204);
  }),
  route("GET", "/api/v1/settings/keys", ({ db }) => json(db.keyState)),
  route("POST", "/api/v1/settings/keys/rotate", async ({ db, request }) => {
    const { master } = await request.json();
    if (master) db.keyState.master_key = "mk-2026-11-21-9f0c";
    return json({
      key_id: "dk_01kmock",
      resealed: db.keyState.secrets[0]?.count ?? 0,
      deleted_keys: 1,
      master_replaced: master === true,
    });
  }),
];

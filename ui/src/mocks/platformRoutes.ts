// Test double: platforms, their health, model groups and prices.
import type { ModelGroup, ModelPrice, Platform, PlatformTest } from "@/api/gateway";
import { json, notFound, page, problem } from "./answer";
import { at, type Db, nextId } from "./db";
import { plainPlatform, usualSettings } from "./platforms";
import { type Route, route } from "./route";

const served = ["gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano", "o4-mini", "text-embedding-3-small"];

/** A key with "wrong" in it is refused, as is an address that says "down". */
function fault(body: { api_key?: string; base_url?: string }): string | null {
  if (body.api_key?.includes("wrong")) return "Incorrect API key provided: sk-wrong (401)";
  if (body.base_url?.includes("down")) return "connection refused";
  return null;
}

const refused = (error: string) =>
  problem(
    422,
    "platform_test_failed",
    `${error}; nothing was saved: correct it, or save it untested with force`,
  );

const stale = (name: string) =>
  problem(
    409,
    "conflict",
    `platform "${name}" was changed by somebody else; read it again and repeat the change`,
  );

const none = (value: number | null | undefined) => (value ? value : null);
const mask = (key: string | undefined) => (key ? `…${key.slice(-4)}` : null);
const isForced = (request: Request) => new URL(request.url).searchParams.get("force") === "true";
const find = (db: Db, id: string | undefined) => db.platforms.find((each) => each.id === id);
const tested = (error: string | null) => ({ at: at(0), latency_ms: error ? null : 318, error });

export const platformRoutes: Route[] = [
  route("GET", "/api/v1/platforms", ({ db }) => page(db.platforms)),
  route("GET", "/api/v1/platforms/health", ({ db }) => json({ items: db.health })),
  route("GET", "/api/v1/platforms/health/history", ({ db, request }) => {
    const wanted = new URL(request.url).searchParams.get("platform");
    return json({
      items: db.healthHistory.filter((each) => !wanted || each.platform === wanted),
    });
  }),
  route("POST", "/api/v1/platforms", async ({ db, request }) => {
    const body = await request.json();
    if (db.platforms.some((each) => each.name === body.name)) {
      return problem(
        409,
        "conflict",
        `platform "${body.name}" is there already; choose another name`,
      );
    }
    const error = fault(body);
    if (error && !isForced(request)) return refused(error);
    const { api_key, settings, ...rest } = body;
    const platform: Platform = {
      ...plainPlatform,
      ...rest,
      id: nextId(db, "plf"),
      api_key: mask(api_key),
      default_model: body.default_model || null,
      requests_per_minute: none(body.requests_per_minute),
      tokens_per_minute: none(body.tokens_per_minute),
      daily_budget_micros: none(body.daily_budget_micros),
      settings: { ...usualSettings, ...settings },
      tested: tested(error),
      created_at: at(0),
      updated_at: at(0),
    };
    const own = db.platforms.filter((each) => each.source === "database").length;
    db.platforms.splice(own, 0, platform);
    return json(platform, 201);
  }),
  route("PATCH", "/api/v1/platforms/{id}", async ({ db, params, request }) => {
    const platform = find(db, params.id);
    if (!platform) return notFound("platform", params.id ?? "");
    const { version, api_key, ...body } = await request.json();
    if (version !== platform.version) return stale(platform.name);
    const error = fault({ api_key, base_url: body.base_url });
    if (error && !isForced(request)) return refused(error);
    Object.assign(platform, body);
    if (api_key !== undefined) platform.api_key = mask(api_key);
    for (const each of [
      "requests_per_minute",
      "tokens_per_minute",
      "daily_budget_micros",
    ] as const) {
      platform[each] = none(platform[each]);
    }
    platform.default_model = platform.default_model || null;
    if (api_key !== undefined || body.base_url !== undefined) platform.tested = tested(error);
    platform.version += 1;
    return json(platform);
  }),
  route("DELETE", "/api/v1/platforms/{id}", ({ db, params }) => {
    db.platforms = db.platforms.filter((each) => each.id !== params.id);
    return json(null, 204);
  }),
  route("POST", "/api/v1/platforms/{id}/test", ({ db, params }) => {
    const platform = find(db, params.id);
    if (!platform) return notFound("platform", params.id ?? "");
    const error = platform.tested?.error ?? null;
    platform.tested = tested(error);
    return json({
      ok: !error,
      health: error ? "error" : "healthy",
      latency_ms: error ? 30_000 : 318,
      model: error ? null : (platform.default_model ?? platform.models[0] ?? null),
      models: error ? [] : served,
      input_tokens: error ? 0 : 9,
      output_tokens: error ? 0 : 2,
      cost_micros: error ? null : 7,
      error,
      error_code: error ? "connection" : null,
    } satisfies PlatformTest);
  }),
  route("GET", "/api/v1/platforms/{id}/models", ({ db, params }) => {
    const platform = find(db, params.id);
    if (!platform) return notFound("platform", params.id ?? "");
    const error = platform.tested?.error;
    return error ? problem(502, "connection", error) : json({ models: served });
  }),
  route("GET", "/api/v1/model-groups", ({ db }) => page(db.modelGroups)),
  route("POST", "/api/v1/model-groups", async ({ db, request }) => {
    const body = await request.json();
    const taken = nameTaken(db, body.name, undefined);
    if (taken) return taken;
    const group: ModelGroup = {
      ...body,
      id: nextId(db, "mgr"),
      version: 1,
      created_at: at(0),
      updated_at: at(0),
    };
    db.modelGroups.push(group);
    return json(group, 201);
  }),
  route("PUT", "/api/v1/model-groups/{id}", async ({ db, params, request }) => {
    const group = db.modelGroups.find((each) => each.id === params.id);
    if (!group) return notFound("model group", params.id ?? "");
    const body = await request.json();
    const taken = nameTaken(db, body.name, group.id);
    if (taken) return taken;
    Object.assign(group, body, { version: group.version + 1, updated_at: at(0) });
    return json(group);
  }),
  route("DELETE", "/api/v1/model-groups/{id}", ({ db, params }) => {
    db.modelGroups = db.modelGroups.filter((each) => each.id !== params.id);
    return json(null, 204);
  }),
  route("GET", "/api/v1/prices", ({ db }) => page(db.prices)),
  route("POST", "/api/v1/prices", async ({ db, request }) => {
    const given = (await request.json()) as ModelPrice[];
    const same = (one: ModelPrice, other: ModelPrice) =>
      one.platform === other.platform &&
      one.model === other.model &&
      Date.parse(one.valid_from) === Date.parse(other.valid_from);
    db.prices = [
      ...db.prices.filter((each) => !given.some((one) => same(one, each))),
      ...given.map((each) => ({
        ...each,
        valid_from: new Date(Date.parse(each.valid_from)).toISOString(),
      })),
    ];
    return json({ imported: given.length });
  }),
  route("DELETE", "/api/v1/prices", ({ db, request }) => {
    const query = new URL(request.url).searchParams;
    db.prices = db.prices.filter(
      (each) =>
        each.platform !== query.get("platform") ||
        each.model !== query.get("model") ||
        each.valid_from !== query.get("valid_from"),
    );
    return json(null, 204);
  }),
  route("GET", "/api/v1/prices/rule", ({ db }) => json({ unknown_price: db.unknownPrice })),
  route("PUT", "/api/v1/prices/rule", async ({ db, request }) => {
    db.unknownPrice = (await request.json()).unknown_price;
    return json({ unknown_price: db.unknownPrice });
  }),
];

const nameTaken = (db: Db, name: string, own: string | undefined) =>
  db.modelGroups.some((each) => each.name === name && each.id !== own)
    ? problem(409, "conflict", `model group "${name}" is there already; choose another name`)
    : null;

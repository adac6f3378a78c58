// Test double: accounts.
import { json, notFound, page, problem } from "./answer";
import { at, nextId } from "./db";
import { type Route, route } from "./route";

export const identityRoutes: Route[] = [
  route("GET", "/api/v1/people", ({ db }) => page(db.people)),
  route("GET", "/api/v1/auth/setup", ({ db }) => json({ required: !db.isSetUp }), true),
  route(
    "POST",
    "/api/v1/auth/setup",
    async ({ db, request }) => {
      const body = await request.json();
      if (body.token === "spent")
        return problem(401, "unauthenticated", "this link was used or is too old");
      db.isSetUp = true;
      db.isSignedIn = true;
      db.session.user = {
        ...db.session.user,
        name: body.name,
        email: body.email,
        locale: body.locale ?? "en",
      };
      db.session.organisation.name = body.organisation;
      return json(db.session, 201);
    },
    true,
  ),
  route(
    "POST",
    "/api/v1/auth/login",
    async ({ db, request }) => {
      const body = await request.json();
      if (body.password === "wrong")
        return problem(401, "unauthenticated", "wrong email or password");
      db.isSignedIn = true;
      return json(db.session);
    },
    true,
  ),
  route(
    "POST",
    "/api/v1/auth/link",
    async ({ db, request }) => {
      const body = await request.json();
      if (body.token === "spent")
        return problem(401, "unauthenticated", "this link was used or is too old");
      db.isSignedIn = true;
      return json(db.session);
    },
    true,
  ),
  route("POST", "/api/v1/auth/logout", ({ db }) => {
    db.isSignedIn = false;
    return json(null, 204);
  }),
  route("GET", "/api/v1/auth/me", ({ db }) => json(db.session)),
  route("PATCH", "/api/v1/auth/me", async ({ db, request }) => {
    db.session.user = { ...db.session.user, ...(await request.json()) };
    return json(db.session);
  }),
  route("GET", "/api/v1/auth/sessions", ({ db }) => page(db.sessions)),
  route("DELETE", "/api/v1/auth/sessions/{id}", ({ db, params }) => {
    db.sessions = db.sessions.filter((session) => session.id !== params.id);
    return json(null, 204);
  }),
  route("GET", "/api/v1/auth/api-keys", ({ db }) => page(db.apiKeys)),
  route("POST", "/api/v1/auth/api-keys", async ({ db, request }) => {
    const body = await request.json();
    const key = {
      id: nextId(db, "key"),
      name: body.name,
      prefix: "hos_Zx91",
      created_at: at(0),
      last_used_at: null,
      expires_at: body.expires_in_days ? at(-1_440 * body.expires_in_days) : null,
    };
    db.apiKeys.unshift(key);
    return json({ ...key, key: "hos_Zx91mockmockmockmockmockmockmockmock" }, 201);
  }),
  route("DELETE", "/api/v1/auth/api-keys/{id}", ({ db, params }) => {
    const known = db.apiKeys.some((key) => key.id === params.id);
    db.apiKeys = db.apiKeys.filter((key) => key.id !== params.id);
    return known ? json(null, 204) : notFound("API key", params.id ?? "");
  }),
];

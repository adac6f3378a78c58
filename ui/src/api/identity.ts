import { queryOptions } from "@tanstack/react-query";
import { client, idempotent, take } from "./client";
import { keys } from "./keys";
import type { components } from "./schema";

type Schemas = components["schemas"];

export const setupOptions = queryOptions({
  queryKey: keys.setup,
  queryFn: () => take(client.GET("/api/v1/auth/setup")),
});

export const sessionOptions = queryOptions({
  queryKey: keys.session,
  queryFn: () => take(client.GET("/api/v1/auth/me")),
  staleTime: 5 * 60_000,
});

export const sessionsOptions = queryOptions({
  queryKey: keys.sessions,
  queryFn: () => take(client.GET("/api/v1/auth/sessions", { params: { query: { limit: 100 } } })),
});

export const apiKeysOptions = queryOptions({
  queryKey: keys.apiKeys,
  queryFn: () => take(client.GET("/api/v1/auth/api-keys", { params: { query: { limit: 100 } } })),
});

/** Whether the server speaks the language is its to say. */
type InLocale<T> = Omit<T, "locale"> & { locale?: string };

export const setUp = (body: InLocale<Schemas["Setup"]>) =>
  take(client.POST("/api/v1/auth/setup", { body: body as Schemas["Setup"] }));

export const signIn = (body: Schemas["Login"]) => take(client.POST("/api/v1/auth/login", { body }));

export const signInByLink = (token: string) =>
  take(client.POST("/api/v1/auth/link", { body: { token } }));

export const signOut = () => take(client.POST("/api/v1/auth/logout"));

export const changeProfile = (body: InLocale<Schemas["ProfileChange"]>) =>
  take(client.PATCH("/api/v1/auth/me", { body: body as Schemas["ProfileChange"] }));

export const revokeSession = (id: string) =>
  take(client.DELETE("/api/v1/auth/sessions/{id}", { params: { path: { id } } }));

export const createApiKey = (body: Schemas["NewApiKey"]) =>
  take(client.POST("/api/v1/auth/api-keys", { body, headers: idempotent() }));

export const revokeApiKey = (id: string) =>
  take(client.DELETE("/api/v1/auth/api-keys/{id}", { params: { path: { id } } }));

import { queryOptions } from "@tanstack/react-query";
import { client, idempotent, take } from "./client";
import type { ModelGroupWish, NewPlatform, PlatformWish } from "./gateway";
import { keys } from "./keys";

export const platformsOptions = queryOptions({
  queryKey: keys.platforms,
  queryFn: async () => (await take(client.GET("/api/v1/platforms"))).items,
});

/** `force` saves what did not pass its test. */
export const createPlatform = (body: NewPlatform, force: boolean) =>
  take(
    client.POST("/api/v1/platforms", {
      params: { query: { force }, header: idempotent() },
      body,
    }),
  );

export const changePlatform = (
  id: string,
  body: PlatformWish & { version: number },
  force: boolean,
) =>
  take(
    client.PATCH("/api/v1/platforms/{id}", { params: { path: { id }, query: { force } }, body }),
  );

export const deletePlatform = (id: string) =>
  take(client.DELETE("/api/v1/platforms/{id}", { params: { path: { id } } }));

export const testPlatform = (id: string) =>
  take(client.POST("/api/v1/platforms/{id}/test", { params: { path: { id } } }));

/** The models that the provider itself says it serves. */
export const servedModels = async (id: string) =>
  (await take(client.GET("/api/v1/platforms/{id}/models", { params: { path: { id } } }))).models;

/** How often health is read again; its history with it, so that the two tell the same. */
const healthMs = 15_000;

export const platformHealthOptions = queryOptions({
  queryKey: keys.platformHealth,
  queryFn: async () => (await take(client.GET("/api/v1/platforms/health"))).items,
  refetchInterval: healthMs,
});

export const healthHistoryOptions = (platform: string | undefined) =>
  queryOptions({
    queryKey: keys.healthHistory(platform),
    queryFn: async () =>
      (
        await take(
          client.GET("/api/v1/platforms/health/history", { params: { query: { platform } } }),
        )
      ).items,
    refetchInterval: healthMs,
  });

export const modelGroupsOptions = queryOptions({
  queryKey: keys.modelGroups,
  queryFn: async () => (await take(client.GET("/api/v1/model-groups"))).items,
});

export const createModelGroup = (body: ModelGroupWish) =>
  take(client.POST("/api/v1/model-groups", { params: { header: idempotent() }, body }));

export const changeModelGroup = (id: string, body: ModelGroupWish & { version: number }) =>
  take(client.PUT("/api/v1/model-groups/{id}", { params: { path: { id } }, body }));

export const deleteModelGroup = (id: string) =>
  take(client.DELETE("/api/v1/model-groups/{id}", { params: { path: { id } } }));

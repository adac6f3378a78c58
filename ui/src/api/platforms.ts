import { queryOptions } from "@tanstack/react-query";
import { ask, askPage, place } from "./ask";
import { idempotent } from "./client";
import type {
  AddedKind,
  HealthChange,
  ModelGroup,
  ModelGroupWish,
  Platform,
  PlatformHealth,
  PlatformTest,
  PlatformWish,
} from "./gateway";
import { keys } from "./keys";

export const platformsOptions = queryOptions({
  queryKey: keys.platforms,
  queryFn: async () => (await askPage<Platform>("/platforms")).items,
});

/** `force` saves what did not pass its test. */
export const createPlatform = (
  body: PlatformWish & { name: string; kind: AddedKind },
  force: boolean,
) =>
  ask<Platform>("POST", "/platforms", {
    query: { force: force || undefined },
    body,
    headers: idempotent(),
  });

export const changePlatform = (
  id: string,
  body: PlatformWish & { version: number },
  force: boolean,
) =>
  ask<Platform>("PATCH", place("/platforms/{id}", { id }), {
    query: { force: force || undefined },
    body,
  });

export const deletePlatform = (id: string) => ask<null>("DELETE", place("/platforms/{id}", { id }));

export const testPlatform = (id: string) =>
  ask<PlatformTest>("POST", place("/platforms/{id}/test", { id }), { body: {} });

/** The models that the provider itself says it serves. */
export const servedModels = async (id: string) =>
  (await ask<{ models: string[] }>("GET", place("/platforms/{id}/models", { id }))).models;

export const platformHealthOptions = queryOptions({
  queryKey: keys.platformHealth,
  queryFn: async () => (await ask<{ items: PlatformHealth[] }>("GET", "/platforms/health")).items,
  refetchInterval: 15_000,
});

export const healthHistoryOptions = (platform: string | undefined) =>
  queryOptions({
    queryKey: keys.healthHistory(platform),
    queryFn: async () =>
      (
        await ask<{ items: HealthChange[] }>("GET", "/platforms/health/history", {
          query: { platform },
        })
      ).items,
  });

export const modelGroupsOptions = queryOptions({
  queryKey: keys.modelGroups,
  queryFn: async () => (await askPage<ModelGroup>("/model-groups")).items,
});

export const createModelGroup = (body: ModelGroupWish) =>
  ask<ModelGroup>("POST", "/model-groups", { body, headers: idempotent() });

export const changeModelGroup = (id: string, body: ModelGroupWish & { version: number }) =>
  ask<ModelGroup>("PUT", place("/model-groups/{id}", { id }), { body });

export const deleteModelGroup = (id: string) =>
  ask<null>("DELETE", place("/model-groups/{id}", { id }));

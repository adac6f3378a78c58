// Keys of outside clients, and the keys that seal what is secret.
import { queryOptions } from "@tanstack/react-query";
import { ask } from "./ask";
import { client, idempotent, take } from "./client";
import { everyPage } from "./everyPage";
import type { CreatedVirtualKey, NewVirtualKey, VirtualKeyChange } from "./gateway";
import { keys } from "./keys";

export const virtualKeysOptions = queryOptions({
  queryKey: keys.virtualKeys,
  queryFn: () =>
    everyPage((cursor) =>
      take(client.GET("/api/v1/virtual-keys", { params: { query: { limit: 200, cursor } } })),
    ),
});

/** The key itself is in the first answer alone: null when that was lost and this is a repeat. */
export const createVirtualKey = (body: NewVirtualKey) =>
  ask<CreatedVirtualKey>("POST", "/virtual-keys", { body, headers: idempotent() });

export const changeVirtualKey = (id: string, body: VirtualKeyChange & { version: number }) =>
  take(client.PATCH("/api/v1/virtual-keys/{id}", { params: { path: { id } }, body }));

export const revokeVirtualKey = (id: string) =>
  take(client.DELETE("/api/v1/virtual-keys/{id}", { params: { path: { id } } }));

export const keyStateOptions = queryOptions({
  queryKey: keys.keyState,
  queryFn: () => take(client.GET("/api/v1/settings/keys")),
});

export const rotateKeys = (master: boolean) =>
  take(client.POST("/api/v1/settings/keys/rotate", { body: { master } }));

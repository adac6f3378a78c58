// Keys of outside clients, and the keys that seal what is secret.
import { queryOptions } from "@tanstack/react-query";
import { ask, askPage, place } from "./ask";
import { idempotent } from "./client";
import type {
  CreatedVirtualKey,
  KeyState,
  NewVirtualKey,
  Rotation,
  VirtualKey,
  VirtualKeyChange,
} from "./gateway";
import { keys } from "./keys";

export const virtualKeysOptions = queryOptions({
  queryKey: keys.virtualKeys,
  queryFn: async () => (await askPage<VirtualKey>("/virtual-keys", { limit: 200 })).items,
});

export const createVirtualKey = (body: NewVirtualKey) =>
  ask<CreatedVirtualKey>("POST", "/virtual-keys", { body, headers: idempotent() });

export const changeVirtualKey = (id: string, body: VirtualKeyChange & { version: number }) =>
  ask<VirtualKey>("PATCH", place("/virtual-keys/{id}", { id }), { body });

export const revokeVirtualKey = (id: string) =>
  ask<null>("DELETE", place("/virtual-keys/{id}", { id }));

export const keyStateOptions = queryOptions({
  queryKey: keys.keyState,
  queryFn: () => ask<KeyState>("GET", "/settings/keys"),
});

export const rotateKeys = (master: boolean) =>
  ask<Rotation>("POST", "/settings/keys/rotate", { body: { master } });

// What people may use of AI.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Access, AccessWish } from "./access-contract";
import { ask, askPage, place } from "./ask";
import { keys } from "./keys";

const one = (user_id: string) => place("/ai-access/{user_id}", { user_id });

/** The people whose name or email has these words. */
export const accessListOptions = (q: string | undefined) =>
  infiniteQueryOptions({
    queryKey: keys.accessList(q),
    queryFn: ({ pageParam }) => askPage<Access>("/ai-access", { limit: 50, q, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export const accessOptions = (userId: string) =>
  queryOptions({
    queryKey: keys.accessOf(userId),
    queryFn: () => ask<Access>("GET", one(userId)),
    // A form begins with it: what was read for an earlier one must not be what this one begins with.
    gcTime: 0,
  });

export const setAccess = (userId: string, body: AccessWish) =>
  ask<Access>("PUT", one(userId), { body });

/** From then on nothing is kept from this person. */
export const resetAccess = (userId: string) => ask<null>("DELETE", one(userId));

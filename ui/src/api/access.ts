// What people may use of AI.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { client, take } from "./client";
import type { AccessWish } from "./gateway";
import { keys } from "./keys";

const one = (user_id: string) => ({ params: { path: { user_id } } });

/** The people whose name or email has these words. */
export const accessListOptions = (q: string | undefined) =>
  infiniteQueryOptions({
    queryKey: keys.accessList(q),
    queryFn: ({ pageParam }) =>
      take(
        client.GET("/api/v1/ai-access", {
          params: { query: { limit: 50, q: q || undefined, cursor: pageParam ?? undefined } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export const accessOptions = (userId: string) =>
  queryOptions({
    queryKey: keys.accessOf(userId),
    queryFn: () => take(client.GET("/api/v1/ai-access/{user_id}", one(userId))),
    // A form begins with it: what was read for an earlier one must not be what this one begins with.
    gcTime: 0,
  });

export const setAccess = (userId: string, body: AccessWish) =>
  take(client.PUT("/api/v1/ai-access/{user_id}", { ...one(userId), body }));

/** From then on nothing is kept from this person. */
export const resetAccess = (userId: string) =>
  take(client.DELETE("/api/v1/ai-access/{user_id}", one(userId)));

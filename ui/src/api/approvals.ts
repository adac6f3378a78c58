import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ask, askPage, place } from "./ask";
import { everyPage, firstItems } from "./everyPage";
import { keys } from "./keys";
import type { Approval, ApprovalStatus } from "./workflow-engine";

export interface ApprovalFilter {
  /** `decided` is all that is not pending any more. */
  status: ApprovalStatus | "decided" | "all";
  mine?: boolean;
}

export const approvalsOptions = (filter: ApprovalFilter) =>
  infiniteQueryOptions({
    queryKey: keys.approvalList(filter),
    queryFn: ({ pageParam }) =>
      askPage<Approval>("/approvals", {
        status: filter.status,
        mine: filter.mine ? true : undefined,
        limit: 30,
        cursor: pageParam,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

/** At most this many are counted for the badge. */
const mostCounted = 100;

/** How many wait for me, and whether there are more: the badge of the navigation. */
export const waitingOptions = queryOptions({
  queryKey: keys.approvalList({ waiting: true }),
  queryFn: async () => {
    const { items, hasMore } = await firstItems(
      (cursor) =>
        askPage<Approval>("/approvals", {
          status: "pending",
          mine: true,
          limit: mostCounted,
          cursor,
        }),
      mostCounted,
    );
    return { count: items.length, hasMore };
  },
  refetchInterval: 30_000,
});

export const approvalOptions = (id: string) =>
  queryOptions({
    queryKey: keys.approval(id),
    queryFn: () => ask<Approval>("GET", place("/approvals/{id}", { id })),
  });

/** The open questions that one execution waits with; they are others when other steps wait. */
export const approvalsOfOptions = (execution: string, waiting: string[]) =>
  queryOptions({
    queryKey: keys.approvalList({ execution, waiting }),
    queryFn: () =>
      everyPage((cursor) =>
        askPage<Approval>("/approvals", { status: "pending", execution, limit: 100, cursor }),
      ),
  });

export interface Answer {
  approve: boolean;
  comment?: string;
  form?: Record<string, unknown>;
}

export const decide = (id: string, body: Answer) =>
  ask<Approval>("POST", place("/approvals/{id}/decide", { id }), { body });

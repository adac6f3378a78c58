import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { ExecutionStatus } from "@/lib/status";
import { ask, askPage, place } from "./ask";
import { idempotent } from "./client";
import { keys } from "./keys";
import type {
  Checkpoint,
  Execution,
  ExecutionDetail,
  Graph,
  JournalEntry,
  StepData,
} from "./workflow-engine";

export interface ExecutionFilter {
  status?: ExecutionStatus[];
  workflow?: string;
  project?: string;
  trigger?: string;
  priority?: string;
  q?: string;
  from?: string;
  to?: string;
}

export const executionsOptions = (filter: ExecutionFilter) =>
  infiniteQueryOptions({
    queryKey: keys.executionList(filter),
    queryFn: ({ pageParam }) =>
      askPage<Execution>("/executions", { limit: 30, ...filter, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export const executionOptions = (id: string) =>
  queryOptions({
    queryKey: keys.execution(id),
    queryFn: () => ask<ExecutionDetail>("GET", place("/executions/{id}", { id })),
  });

export const graphOptions = (id: string) =>
  queryOptions({
    queryKey: keys.executionGraph(id),
    queryFn: () => ask<Graph>("GET", place("/executions/{id}/graph", { id })),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const checkpointsOptions = (id: string) =>
  queryOptions({
    queryKey: keys.checkpoints(id),
    queryFn: async () => {
      const answer = await ask<Checkpoint[] | { items: Checkpoint[] }>(
        "GET",
        place("/executions/{id}/checkpoints", { id }),
      );
      return Array.isArray(answer) ? answer : answer.items;
    },
  });

export const stepDataOptions = (id: string, step: string) =>
  queryOptions({
    queryKey: keys.stepData(id, step),
    queryFn: () => ask<StepData>("GET", place("/executions/{id}/steps/{step}", { id, step })),
  });

export const journalOptions = (id: string) =>
  infiniteQueryOptions({
    queryKey: keys.journal(id),
    queryFn: ({ pageParam }) =>
      askPage<JournalEntry>(place("/executions/{id}/journal", { id }), {
        limit: 100,
        after: pageParam,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export const generateStories = (key: string, idea: string, model?: string) =>
  ask<Execution>("POST", place("/projects/{key}/generate-stories", { key }), {
    body: model ? { idea, model } : { idea },
    headers: idempotent(),
  });

export type Order = "cancel" | "pause" | "resume";

export const orderExecution = (id: string, order: Order, reason?: string) =>
  ask<Execution>("POST", `${place("/executions/{id}", { id })}/${order}`, {
    body: order === "cancel" ? { reason: reason || null } : {},
  });

export interface Fork {
  step?: string;
  inputs?: Record<string, unknown>;
  model?: string;
}

export type Again =
  | { mode: "retry" }
  | { mode: "resume-from"; step: string }
  | { mode: "fork"; fork: Fork }
  | { mode: "rollback" };

/** Orders a linked execution; what has ended stays ended. */
export function startAgain(id: string, again: Again) {
  const body =
    again.mode === "resume-from" ? { step: again.step } : again.mode === "fork" ? again.fork : {};
  return ask<Execution>("POST", `${place("/executions/{id}", { id })}/${again.mode}`, {
    body,
    headers: idempotent(),
  });
}

export const sendSignal = (id: string, name: string, payload: unknown) =>
  ask<null>("POST", place("/executions/{id}/signals", { id }), {
    body: payload === undefined ? { name } : { name, payload },
    headers: idempotent(),
  });

export const executionEvents = (id: string) =>
  `/api/v1/executions/${encodeURIComponent(id)}/events`;

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { ExecutionStatus } from "@/lib/status";
import { client, idempotent, take } from "./client";
import { keys } from "./keys";

export interface ExecutionFilter {
  status?: ExecutionStatus;
  project?: string;
}

export const executionsOptions = (filter: ExecutionFilter) =>
  infiniteQueryOptions({
    queryKey: keys.executionList({ ...filter }),
    queryFn: ({ pageParam }) =>
      take(
        client.GET("/api/v1/executions", {
          params: { query: { limit: 30, ...filter, cursor: pageParam ?? undefined } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
  });

export const executionOptions = (id: string) =>
  queryOptions({
    queryKey: keys.execution(id),
    queryFn: () => take(client.GET("/api/v1/executions/{id}", { params: { path: { id } } })),
  });

export const generateStories = (key: string, idea: string, model?: string) =>
  take(
    client.POST("/api/v1/projects/{key}/generate-stories", {
      params: { path: { key } },
      body: model ? { idea, model } : { idea },
      headers: idempotent(),
    }),
  );

export type Order = "cancel" | "pause" | "resume";

export function orderExecution(id: string, order: Order) {
  const path = { params: { path: { id } } };
  switch (order) {
    case "cancel":
      return take(client.POST("/api/v1/executions/{id}/cancel", { ...path, body: {} }));
    case "pause":
      return take(client.POST("/api/v1/executions/{id}/pause", path));
    case "resume":
      return take(client.POST("/api/v1/executions/{id}/resume", path));
  }
}

export const executionEvents = (id: string) =>
  `/api/v1/executions/${encodeURIComponent(id)}/events`;

import { queryOptions } from "@tanstack/react-query";
import { client, idempotent, take } from "./client";
import { everyPage } from "./everyPage";
import { keys } from "./keys";
import type { components } from "./schema";
import type { Move, NewWorkItem, WorkItemChange } from "./types";

type Schemas = components["schemas"];

export const projectsOptions = queryOptions({
  queryKey: keys.projects,
  queryFn: async () => ({
    items: await everyPage((cursor) =>
      take(client.GET("/api/v1/projects", { params: { query: { limit: 200, cursor } } })),
    ),
  }),
});

export const boardOptions = (key: string) =>
  queryOptions({
    queryKey: keys.board(key),
    queryFn: () => take(client.GET("/api/v1/projects/{key}/board", { params: { path: { key } } })),
  });

export const itemOptions = (itemKey: string) =>
  queryOptions({
    queryKey: keys.item(itemKey),
    queryFn: () =>
      take(
        client.GET("/api/v1/work-items/{item_key}", { params: { path: { item_key: itemKey } } }),
      ),
  });

export const createProject = (body: Schemas["NewProject"]) =>
  take(client.POST("/api/v1/projects", { body, headers: idempotent() }));

export const createItem = (key: string, body: NewWorkItem) =>
  take(
    client.POST("/api/v1/projects/{key}/work-items", {
      params: { path: { key } },
      body,
      headers: idempotent(),
    }),
  );

export const changeItem = (itemKey: string, body: WorkItemChange) =>
  take(
    client.PATCH("/api/v1/work-items/{item_key}", {
      params: { path: { item_key: itemKey } },
      body,
    }),
  );

export const moveItem = (itemKey: string, body: Move) =>
  take(
    client.POST("/api/v1/work-items/{item_key}/move", {
      params: { path: { item_key: itemKey } },
      body,
    }),
  );

export const deleteItem = (itemKey: string) =>
  take(client.DELETE("/api/v1/work-items/{item_key}", { params: { path: { item_key: itemKey } } }));

export const undoItems = (key: string, executionId: string) =>
  take(
    client.POST("/api/v1/projects/{key}/work-items/undo", {
      params: { path: { key } },
      body: { execution_id: executionId },
    }),
  );

export const boardEvents = (key: string) => `/api/v1/projects/${encodeURIComponent(key)}/events`;

// What starts workflows without anyone pressing a button.
import { queryOptions } from "@tanstack/react-query";
import { ask, place } from "./ask";
import { client, idempotent, take } from "./client";
import { everyPage } from "./everyPage";
import { keys } from "./keys";
import type {
  EventTrigger,
  Execution,
  NewEventTrigger,
  NewSchedule,
  NewWebhook,
  Schedule,
  ScheduleChange,
} from "./workflow-engine";

/** How often the lists are read again: what starts by itself tells nobody. */
const rereadMs = 30_000;

const page = (cursor: string | undefined) => ({ params: { query: { limit: 200, cursor } } });
const one = (id: string) => ({ params: { path: { id } } });

export const schedulesOptions = queryOptions({
  queryKey: keys.schedules,
  queryFn: () => everyPage((cursor) => take(client.GET("/api/v1/schedules", page(cursor)))),
  refetchInterval: rereadMs,
});

export const previewOptions = (cron: string, timezone: string) =>
  queryOptions({
    queryKey: keys.schedulePreview(cron, timezone),
    queryFn: () =>
      take(client.GET("/api/v1/schedules/preview", { params: { query: { cron, timezone } } })),
    staleTime: 60_000,
    retry: false,
  });

export const createSchedule = (body: NewSchedule) =>
  ask<Schedule>("POST", "/schedules", { body, headers: idempotent() });

export const changeSchedule = (id: string, body: ScheduleChange) =>
  take(client.PATCH("/api/v1/schedules/{id}", { ...one(id), body }));

export const deleteSchedule = (id: string) =>
  take(client.DELETE("/api/v1/schedules/{id}", one(id)));

export const runSchedule = (id: string) =>
  ask<Execution>("POST", place("/schedules/{id}/run", { id }), { headers: idempotent() });

export const webhooksOptions = queryOptions({
  queryKey: keys.webhooks,
  queryFn: () => everyPage((cursor) => take(client.GET("/api/v1/webhooks", page(cursor)))),
  refetchInterval: rereadMs,
});

export const createWebhook = (body: NewWebhook) => take(client.POST("/api/v1/webhooks", { body }));

export const rotateWebhook = (id: string) =>
  take(client.POST("/api/v1/webhooks/{id}/rotate", one(id)));

export const deleteWebhook = (id: string) => take(client.DELETE("/api/v1/webhooks/{id}", one(id)));

export const eventTriggersOptions = queryOptions({
  queryKey: keys.eventTriggers,
  queryFn: () => everyPage((cursor) => take(client.GET("/api/v1/triggers", page(cursor)))),
  refetchInterval: rereadMs,
});

export const createEventTrigger = (body: NewEventTrigger) =>
  ask<EventTrigger>("POST", "/triggers", { body, headers: idempotent() });

export const deleteEventTrigger = (id: string) =>
  take(client.DELETE("/api/v1/triggers/{id}", one(id)));

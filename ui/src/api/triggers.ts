// What starts workflows without anyone pressing a button.
import { queryOptions } from "@tanstack/react-query";
import { ask, askPage, place } from "./ask";
import { idempotent } from "./client";
import { keys } from "./keys";
import type {
  CreatedWebhook,
  EventTrigger,
  Execution,
  NewSchedule,
  Schedule,
  SchedulePreview,
  Webhook,
} from "./workflow-engine";

const all = { limit: 200 };

export const schedulesOptions = queryOptions({
  queryKey: keys.schedules,
  queryFn: async () => (await askPage<Schedule>("/schedules", all)).items,
});

export const previewOptions = (cron: string, timezone: string) =>
  queryOptions({
    queryKey: keys.schedulePreview(cron, timezone),
    queryFn: () => ask<SchedulePreview>("GET", "/schedules/preview", { query: { cron, timezone } }),
    staleTime: 60_000,
    retry: false,
  });

export const createSchedule = (body: NewSchedule) =>
  ask<Schedule>("POST", "/schedules", { body, headers: idempotent() });

export const changeSchedule = (id: string, body: Partial<NewSchedule>) =>
  ask<Schedule>("PATCH", place("/schedules/{id}", { id }), { body });

export const deleteSchedule = (id: string) => ask<null>("DELETE", place("/schedules/{id}", { id }));

export const runSchedule = (id: string) =>
  ask<Execution | { execution_id: string }>("POST", place("/schedules/{id}/run", { id }), {
    body: {},
    headers: idempotent(),
  });

export const webhooksOptions = queryOptions({
  queryKey: keys.webhooks,
  queryFn: async () => (await askPage<Webhook>("/webhooks", all)).items,
});

export const createWebhook = (body: {
  workflow: string;
  name: string;
  inputs_mapping?: Record<string, unknown>;
}) => ask<CreatedWebhook>("POST", "/webhooks", { body, headers: idempotent() });

export const rotateWebhook = (id: string) =>
  ask<CreatedWebhook>("POST", place("/webhooks/{id}/rotate", { id }), { body: {} });

export const deleteWebhook = (id: string) => ask<null>("DELETE", place("/webhooks/{id}", { id }));

export const eventTriggersOptions = queryOptions({
  queryKey: keys.eventTriggers,
  queryFn: async () => (await askPage<EventTrigger>("/triggers", all)).items,
});

export const createEventTrigger = (body: {
  workflow: string;
  event: string;
  if?: string;
  inputs?: Record<string, unknown>;
}) => ask<EventTrigger>("POST", "/triggers", { body, headers: idempotent() });

export const deleteEventTrigger = (id: string) =>
  ask<null>("DELETE", place("/triggers/{id}", { id }));

// Test double: schedules, webhooks and event triggers.
import type { Schedule } from "@/api/workflow-engine";
import { json, notFound, page, problem } from "./answer";
import { at, nextId } from "./db";
import { begin } from "./play";
import { type Route, route } from "./route";

const soon = [1, 2, 3, 4, 5];
const secret = () => `whsec_${"q7Zt".repeat(8)}`;

export const triggerRoutes: Route[] = [
  route("GET", "/api/v1/schedules", ({ db }) => page(db.schedules)),
  route("GET", "/api/v1/schedules/preview", ({ request }) => {
    const cron = new URL(request.url).searchParams.get("cron") ?? "";
    if (/[^\d*/,\-\sA-Za-z#?]/.test(cron) || /\b[6-9]\d\b/.test(cron)) {
      return problem(400, "validation", `"${cron}" is not a cron expression: minutes go to 59`, [
        { field: "cron", message: "minutes go to 59" },
      ]);
    }
    return json({ description: cron, next_runs: soon.map((day) => at(-1_440 * day)) });
  }),
  route("POST", "/api/v1/schedules", async ({ db, request }) => {
    const body = await request.json();
    const schedule: Schedule = {
      priority: null,
      enabled: true,
      ...body,
      id: nextId(db, "sch"),
      next_runs: soon.map((day) => at(-1_440 * day)),
      last_run: null,
      source: "added",
      created_at: at(0),
    };
    db.schedules.unshift(schedule);
    return json(schedule, 201);
  }),
  route("PATCH", "/api/v1/schedules/{id}", async ({ db, params, request }) => {
    const schedule = db.schedules.find((each) => each.id === params.id);
    if (!schedule) return notFound("schedule", params.id ?? "");
    Object.assign(schedule, await request.json());
    schedule.next_runs = schedule.enabled ? soon.map((day) => at(-1_440 * day)) : [];
    return json(schedule);
  }),
  route("DELETE", "/api/v1/schedules/{id}", ({ db, params }) => {
    db.schedules = db.schedules.filter((each) => each.id !== params.id);
    return json(null, 204);
  }),
  route("POST", "/api/v1/schedules/{id}/run", ({ db, params }) => {
    const schedule = db.schedules.find((each) => each.id === params.id);
    if (!schedule) return notFound("schedule", params.id ?? "");
    const started = begin(db, schedule.project ?? "SHOP", schedule.name ?? "Schedule", null);
    schedule.last_run = { at: at(0), execution_id: started.id, status: "running", error: null };
    return json(started, 202);
  }),
  route("GET", "/api/v1/webhooks", ({ db }) => page(db.webhooks)),
  route("POST", "/api/v1/webhooks", async ({ db, request }) => {
    const { workflow, name, inputs_mapping = null } = await request.json();
    const id = nextId(db, "whk");
    const webhook = {
      id,
      workflow,
      name,
      url: `/hooks/${id}mockmockmock`,
      inputs_mapping,
      created_at: at(0),
      last_used_at: null,
      last_error: null,
    };
    db.webhooks.unshift(webhook);
    return json({ ...webhook, secret: secret() }, 201);
  }),
  route("POST", "/api/v1/webhooks/{id}/rotate", ({ db, params }) => {
    const webhook = db.webhooks.find((each) => each.id === params.id);
    return webhook ? json({ ...webhook, secret: secret() }) : notFound("webhook", params.id ?? "");
  }),
  route("DELETE", "/api/v1/webhooks/{id}", ({ db, params }) => {
    db.webhooks = db.webhooks.filter((each) => each.id !== params.id);
    return json(null, 204);
  }),
  route("GET", "/api/v1/triggers", ({ db }) => page(db.eventTriggers)),
  route("POST", "/api/v1/triggers", async ({ db, request }) => {
    const body = await request.json();
    const trigger = {
      id: nextId(db, "trg"),
      if: null,
      inputs: {},
      source: "added",
      last_run: null,
      created_at: at(0),
      ...body,
    };
    db.eventTriggers.unshift(trigger);
    return json(trigger, 201);
  }),
  route("DELETE", "/api/v1/triggers/{id}", ({ db, params }) => {
    db.eventTriggers = db.eventTriggers.filter((each) => each.id !== params.id);
    return json(null, 204);
  }),
];

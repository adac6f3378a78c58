// Test double: templates, and what starts workflows.
import type { EventTrigger, Schedule, Template, Webhook } from "@/api/workflow-engine";
import { at } from "./db";

function template(key: string, name: string, changes: Partial<Template>): Template {
  return {
    key,
    name,
    description: "",
    department: "engineering",
    tags: [],
    version: "1.0.0",
    parameters: {},
    steps: 5,
    source: "built_in",
    definition: null,
    ...changes,
  };
}

export function templates(): Template[] {
  return [
    template("hotfix", "Hotfix", {
      description: "Fixes an urgent fault in production, with a review that cannot be skipped.",
      tags: ["bug", "production"],
      steps: 7,
      parameters: {
        repository: { type: "string", description: "Where the code is.", required: true },
        severity: {
          type: "string",
          description: "How bad it is.",
          required: false,
          default: "P1",
          options: ["P0", "P1", "P2"],
        },
        wait_minutes: {
          type: "integer",
          description: "How long to watch it afterwards.",
          required: false,
          default: 30,
        },
      },
    }),
    template("incident_management", "Incident management", {
      description: "From the alert to the review afterwards: who is told what and when.",
      tags: ["operations"],
      steps: 9,
    }),
    template("sprint_cycle", "Sprint cycle", {
      description: "Plans a sprint, watches it every morning and writes the review.",
      department: "delivery",
      tags: ["scrum", "daily"],
      steps: 6,
    }),
    template("contract_review", "مراجعة عقد", {
      description: "تقرأ العقد وتذكر البنود التي تستحق الانتباه وتقترح صياغة بديلة.",
      department: "legal",
      tags: ["عقود"],
      steps: 3,
    }),
  ];
}

export function schedules(): Schedule[] {
  const next = (hours: number) => [0, 1, 2, 3, 4].map((day) => at(-60 * (hours + 24 * day)));
  return [
    {
      id: "sch_01k1",
      workflow: "release_process",
      name: "Nightly release",
      cron: "30 22 * * 0-4",
      timezone: "Africa/Cairo",
      inputs: { version: "nightly" },
      priority: null,
      project: "CLINIC",
      missed: "run_once",
      enabled: true,
      next_runs: next(7),
      last_run: {
        at: at(18),
        execution_id: "exe_01krelease",
        status: "waiting_approval",
        error: null,
      },
      source: "added",
      created_at: at(9_000),
    },
    {
      id: "sch_01k2",
      workflow: "bug_lifecycle",
      name: null,
      cron: "0 9 1 * *",
      timezone: "Europe/Berlin",
      inputs: {},
      priority: null,
      project: null,
      missed: "skip",
      enabled: false,
      next_runs: [],
      last_run: null,
      source: "added",
      created_at: at(8_000),
    },
    {
      id: "sch_01k3",
      workflow: "idea_to_backlog",
      name: "Every quarter of an hour",
      cron: "*/15 * * * *",
      timezone: "UTC",
      inputs: {},
      priority: null,
      project: "SHOP",
      missed: "run_all",
      enabled: true,
      next_runs: next(0.2),
      last_run: {
        at: at(2),
        execution_id: null,
        status: "failed",
        error: 'workflow "idea_to_backlog" needs the input "idea"',
      },
      source: "definition",
      created_at: at(7_000),
    },
  ];
}

export function webhooks(): Webhook[] {
  return [
    {
      id: "whk_01k1",
      workflow: "release_process",
      name: "Build server",
      url: "/hooks/9fK2mQx7…",
      created_at: at(5_000),
      last_used_at: at(220),
      last_error: null,
      inputs_mapping: { version: `\${{ body.tag }}` },
    },
    {
      id: "whk_01k2",
      workflow: "bug_lifecycle",
      name: "Support desk",
      url: "/hooks/Jd5hGq1T…",
      last_error: 'input "severity" is missing; the body has no such field',
      created_at: at(900),
      last_used_at: null,
      inputs_mapping: null,
    },
  ];
}

export function eventTriggers(): EventTrigger[] {
  return [
    {
      id: "trg_01k1",
      workflow: "bug_lifecycle",
      event: "work_item.created",
      if: "event.item.kind == 'bug'",
      inputs: { key: `\${{ event.item.key }}` },
      source: "added",
      created_at: at(600),
      last_run: { at: at(40), execution_id: "exe_01kdone", status: "completed", error: null },
    },
    {
      id: "trg_01k2",
      workflow: "release_process",
      event: "execution.completed",
      if: null,
      inputs: {},
      source: "definition",
      created_at: at(500),
      last_run: null,
    },
  ];
}

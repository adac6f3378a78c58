// Test double: the state that each scenario starts from.
import type { Models, Project, Session, WorkItem } from "@/api/types";
import { people } from "./access";
import { approvals } from "./approvals";
import { budgets, rateLimits } from "./budgets";
import { modelCalls, virtualKeys } from "./costs";
import { at, blankItem, columns, type Db, type Scenario } from "./db";
import { finishedExecutions } from "./history";
import { eventTriggers, schedules, templates, webhooks } from "./library";
import { modelGroups, prices } from "./models";
import { health, healthHistory, platforms } from "./platforms";
import { releases } from "./release";
import { epics } from "./stories";
import { workflows } from "./workflows";

const looking: Session["permissions"] = ["view_projects", "view_workflows", "view_results"];
const working: Session["permissions"] = [
  "view_agents",
  "view_commands",
  "view_models",
  "manage_projects",
  "edit_stories",
  "execute_workflow",
  "create_workflow",
  "manage_api_keys",
  "view_costs",
  "manage_platforms",
  "manage_budgets",
  "manage_virtual_keys",
  "manage_settings",
];

function project(key: string, name: string, description: string, minutesAgo: number): Project {
  return {
    id: `prj_${key.toLowerCase()}`,
    key,
    name,
    description,
    status: "active",
    columns,
    counts: { epics: 0, stories: 0, tasks: 0 },
    created_at: at(minutesAgo + 5_000),
    updated_at: at(minutesAgo),
  };
}

function clinicItems(): WorkItem[] {
  const items: WorkItem[] = [];
  const base = (number: number): WorkItem => ({
    id: `itm_${number}`,
    key: `CLINIC-${number}`,
    ...blankItem(),
    origin: {
      execution_id: "exe_01kdone",
      step: "stories",
      result_id: "res_01k1",
      agent: "business-analyst",
      model: "local/qwen2.5-coder-0.5b",
      scripted: false,
    },
    created_at: at(180),
    updated_at: at(120),
  });
  let number = 0;
  const places = [
    "Done",
    "Testing",
    "In Progress",
    "Todo",
    "Todo",
    "Code Review",
    "Todo",
    "In Progress",
  ];
  let story = 0;
  for (const epic of epics) {
    number += 1;
    const parent = `CLINIC-${number}`;
    items.push({ ...base(number), kind: "epic", title: epic.title, description: epic.description });
    for (const each of epic.stories) {
      number += 1;
      const column = places[story] ?? "Todo";
      items.push({
        ...base(number),
        title: each.title,
        user_role: each.role,
        feature: each.feature,
        benefit: each.benefit,
        acceptance_criteria: each.criteria,
        points: each.points,
        priority: each.priority,
        column,
        parent,
        completed_at: column === "Done" ? at(60) : null,
      });
      story += 1;
    }
  }
  const own = { origin: null, created_at: at(40), updated_at: at(30) };
  items.push({
    ...base(number + 1),
    ...own,
    kind: "bug",
    title: "Slots of a deleted doctor can still be booked",
    priority: "critical",
    points: 2,
  });
  items.push({
    ...base(number + 2),
    ...own,
    kind: "task",
    title: "رتّب رسائل التذكير بالعربية",
    description: "النص الحالي أطول من رسالة واحدة.",
    column: "In Progress",
  });
  return items;
}

const localModel = "local/qwen2.5-coder-0.5b";

function models(scenario: Scenario): Models {
  if (scenario === "scripted") {
    return {
      default: "scripted/rehearsal",
      notice: "scripted_model",
      items: [
        {
          id: "scripted/rehearsal",
          provider: "scripted",
          name: "rehearsal",
          kind: "scripted",
          status: "ready",
          status_detail: "",
          is_tiny: false,
          size_bytes: null,
          context_tokens: null,
        },
      ],
    };
  }
  const isMissing = scenario === "no-model";
  return {
    default: isMissing ? null : localModel,
    notice: isMissing ? "no_model" : "tiny_model",
    items: [
      {
        id: localModel,
        provider: "local",
        name: "qwen2.5-coder-0.5b",
        kind: "local",
        status: isMissing ? "not_installed" : "ready",
        status_detail: "",
        is_tiny: true,
        size_bytes: 491_400_064,
        context_tokens: 8_192,
      },
    ],
  };
}

export function seed(scenario: Scenario): Db {
  const isBare = scenario === "empty" || scenario === "setup";
  const items = isBare ? [] : clinicItems();
  return {
    scenario,
    pace: 1_000,
    isSetUp: scenario !== "setup",
    isSignedIn: scenario !== "setup" && scenario !== "signed-out",
    session: {
      user: {
        id: "usr_01k1",
        email: "hisham@example.com",
        name: "Hisham Sait",
        locale: "en",
        theme: "system",
      },
      organisation: { id: "org_01k1", name: "Nile Software" },
      role: { id: "rol_admin", name: scenario === "viewer" ? "Viewer" : "Administrator" },
      permissions: scenario === "viewer" ? looking : [...looking, ...working],
      expires_at: at(-60 * 24 * 7),
    },
    sessions: [
      {
        id: "ses_1",
        created_at: at(300),
        last_seen_at: at(0),
        expires_at: at(-9_000),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        ip: "192.168.1.20",
        is_current: true,
      },
      {
        id: "ses_2",
        created_at: at(9_000),
        last_seen_at: at(1_500),
        expires_at: at(-5_000),
        user_agent:
          "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Safari/604.1",
        ip: "192.168.1.31",
        is_current: false,
      },
    ],
    people: [
      { id: "usr_01k1", name: "Hisham Sait", is_active: true },
      { id: "usr_01k7", name: "Amal Naguib", is_active: true },
      { id: "usr_01k9", name: "Omar Said", is_active: false },
    ],
    access: people().slice(0, isBare ? 1 : undefined),
    apiKeys: isBare
      ? []
      : [
          {
            id: "key_1",
            name: "nightly export",
            prefix: "hos_7Qk2",
            created_at: at(20_000),
            last_used_at: at(500),
            expires_at: at(-60 * 24 * 60),
          },
        ],
    projects: isBare
      ? []
      : [
          project(
            "CLINIC",
            "Clinic booking",
            "Online appointments with SMS reminders for the clinic on Nile Street.",
            30,
          ),
          project("SHOP", "مخبز الحي", "طلبات الخبز المسائية للاستلام صباحًا.", 3_000),
        ],
    items,
    executions: isBare ? [] : [...releases(), ...finishedExecutions()],
    workflows: isBare ? [] : workflows(),
    templates: templates(),
    approvals: isBare ? [] : approvals(),
    schedules: isBare ? [] : schedules(),
    webhooks: isBare ? [] : webhooks(),
    eventTriggers: isBare ? [] : eventTriggers(),
    models: models(scenario),
    platforms: isBare ? platforms().filter((each) => each.source === "built_in") : platforms(),
    health: isBare ? [] : health(),
    healthHistory: isBare ? [] : healthHistory(),
    modelGroups: isBare ? [] : modelGroups(),
    prices: isBare ? [] : prices(),
    unknownPrice: "flag",
    modelCalls: isBare ? [] : modelCalls(),
    budgets: isBare ? [] : budgets(),
    rateLimits: isBare ? [] : rateLimits(),
    virtualKeys: isBare ? [] : virtualKeys(),
    keyState: {
      master_key: "mk-2026-03-02-51ab",
      kept_in: "database",
      secrets: isBare ? [] : [{ kept_in: "database", count: 3 }],
    },
    boards: new Map(),
    journals: new Map(),
    stops: new Set(),
    counter: 100,
  };
}

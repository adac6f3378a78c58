// Test double: the whole state of the pretend server, in memory.
import type {
  Access,
  Budget,
  HealthChange,
  KeyState,
  ModelCall,
  ModelGroup,
  ModelPrice,
  Platform,
  PlatformHealth,
  RateLimit,
  UnknownPrice,
  VirtualKey,
} from "@/api/gateway";
import type { Person } from "@/api/people";
import type {
  ApiKey,
  ExecutionDetail,
  Models,
  Project,
  Session,
  SignedIn,
  WorkItem,
} from "@/api/types";
import type { Approval, EventTrigger, Schedule, Template, Webhook } from "@/api/workflow-engine";
import { Hub } from "./hub";
import type { KeptWorkflow } from "./workflows";

export const scenarios = [
  "full",
  "empty",
  "setup",
  "signed-out",
  "no-model",
  "scripted",
  "failing",
  "viewer",
] as const;
export type Scenario = (typeof scenarios)[number];

export interface Db {
  scenario: Scenario;
  /** Milliseconds that stand for one second of pretend work. */
  pace: number;
  isSetUp: boolean;
  isSignedIn: boolean;
  session: Session;
  sessions: SignedIn[];
  people: Person[];
  access: Access[];
  apiKeys: ApiKey[];
  projects: Project[];
  items: WorkItem[];
  executions: ExecutionDetail[];
  workflows: KeptWorkflow[];
  templates: Template[];
  approvals: Approval[];
  schedules: Schedule[];
  webhooks: Webhook[];
  eventTriggers: EventTrigger[];
  models: Models;
  platforms: Platform[];
  health: PlatformHealth[];
  healthHistory: HealthChange[];
  modelGroups: ModelGroup[];
  prices: ModelPrice[];
  unknownPrice: UnknownPrice;
  modelCalls: ModelCall[];
  budgets: Budget[];
  rateLimits: RateLimit[];
  virtualKeys: VirtualKey[];
  keyState: KeyState;
  boards: Map<string, Hub>;
  journals: Map<string, Hub>;
  stops: Set<() => void>;
  counter: number;
}

export const columns = ["Todo", "In Progress", "Code Review", "Testing", "QA", "Done"];

export const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString();

export function nextId(db: Db, prefix: string): string {
  db.counter += 1;
  return `${prefix}_01k${String(db.counter).padStart(8, "0")}`;
}

export function boardHub(db: Db, project: string): Hub {
  return getOrMake(db.boards, project);
}

export function journalHub(db: Db, execution: string): Hub {
  return getOrMake(db.journals, execution);
}

function getOrMake(map: Map<string, Hub>, key: string): Hub {
  const known = map.get(key);
  if (known) return known;
  const made = new Hub();
  map.set(key, made);
  return made;
}

export function nextKey(db: Db, project: string): string {
  const numbers = db.items
    .filter((item) => item.key.startsWith(`${project}-`))
    .map((item) => Number(item.key.split("-").at(-1)));
  return `${project}-${Math.max(0, ...numbers) + 1}`;
}

type BlankItem = Omit<WorkItem, "id" | "key" | "origin" | "created_at" | "updated_at">;

/** A story without words, in the first column of the board. */
export const blankItem = (): BlankItem => ({
  kind: "story",
  title: "",
  description: "",
  user_role: null,
  feature: null,
  benefit: null,
  acceptance_criteria: [],
  points: null,
  priority: "medium",
  column: "Todo",
  parent: null,
  labels: [],
  version: 1,
  completed_at: null,
});

export const noUsage = { model_calls: 0, input_tokens: 0, output_tokens: 0, cost_micros: 0 };

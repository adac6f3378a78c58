// The shapes of the workflow engine's API, written by hand from its contract. What the generated
// document already says is taken from there.
import type { ExecutionStatus, StepStatus } from "@/lib/status";
import type { components } from "./schema";
import type { Filled } from "./types";

type Schemas = components["schemas"];

/** A page of a list; `next` is the cursor of the page after it. */
export interface PageOf<T> {
  items: T[];
  next: string | null;
}

export type StepKind =
  | "agent"
  | "tool"
  | "workflow"
  | "wait"
  | "approval"
  | "gate"
  | "compensation";

type Known = Filled<Schemas["ExecutionDetail"]>;
type KnownStep = Known["steps"][number];
type KnownInstance = KnownStep["instances"][number];
type KnownAttempt = KnownInstance["attempts"][number];

export interface Attempt
  extends Omit<KnownAttempt, "status" | "agent" | "result_id" | "wait_until" | "deaths"> {
  status: StepStatus;
  agent?: string | null;
  result_id?: string | null;
  /** Until when it is parked, if it waits for a time. */
  wait_until?: string | null;
  /** How often the process died during it. */
  deaths?: number;
}

export interface Instance extends Omit<KnownInstance, "status" | "attempts"> {
  status: StepStatus;
  attempts: Attempt[];
}

export interface Step
  extends Omit<
    KnownStep,
    "status" | "instances" | "kind" | "checkpoint" | "compensates" | "undone_by" | "rounds"
  > {
  kind: StepKind;
  status: StepStatus;
  instances: Instance[];
  /** The checkpoint's name, or true for one without a name. */
  checkpoint?: string | boolean | null;
  /** The step that this one undoes. */
  compensates?: string | null;
  /** The step that undoes this one when the execution is rolled back. */
  undone_by?: string | null;
  rounds?: number;
}

export type Linked = "retry" | "resume" | "fork" | "rollback";

export interface Relation {
  execution_id: string;
  mode: Linked;
  status: ExecutionStatus;
}

export interface Child {
  execution_id: string;
  step: string;
  instance: number;
  status: ExecutionStatus;
}

interface Beyond {
  status: ExecutionStatus;
  trigger?: string | null;
  origin?: { execution_id: string; mode: Linked } | null;
  parent?: { execution_id: string; step: string } | null;
  children?: Child[];
  continued_by?: Relation[];
  deadline?: string | null;
  concurrency_group?: string | null;
}

export type Execution = Omit<
  Filled<Schemas["Execution"]>,
  "status" | "trigger" | "origin" | "parent" | "concurrency_group"
> &
  Beyond;
export type ExecutionDetail = Execution & {
  steps: Step[];
  /** The newest fact that it tells of: what comes after it is for the stream to tell. */
  last_seq?: number;
};

export interface StepData {
  id: string;
  inputs?: unknown;
  outputs?: unknown;
}

export interface JournalEntry {
  seq: number;
  kind: string;
  at: string;
  body: unknown;
}

export interface GraphNode {
  id: string;
  name: string;
  kind: StepKind;
  status?: StepStatus;
}

export interface GraphEdge {
  from: string;
  to: string;
  kind: "need" | "error" | "back";
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export interface Checkpoint {
  seq: number;
  step: string;
  name: string | null;
  at: string;
}

/** What one input of a workflow, a template or an approval's form wants. */
export interface InputSpec {
  type: string;
  description: string;
  required: boolean;
  default?: unknown;
  options?: unknown[] | null;
}

export type InputSpecs = Record<string, InputSpec>;

export type ApprovalStatus = "pending" | "approved" | "rejected" | "expired" | "cancelled";

export type Approval = Omit<Filled<Schemas["Approval"]>, "rule" | "form" | "status"> & {
  rule: "any" | "all" | { quorum: number };
  form: InputSpecs;
  status: ApprovalStatus;
};

type KnownWorkflow = Filled<Schemas["Workflow"]>;

export type Workflow = Omit<KnownWorkflow, "inputs" | "steps"> & {
  inputs: InputSpecs;
  steps: (Pick<KnownWorkflow["steps"][number], "id" | "name" | "kind" | "needs"> &
    Partial<Pick<KnownWorkflow["steps"][number], "tool">>)[];
};

export type Revision = Filled<Schemas["WorkflowRevision"]>;

export interface Change {
  /** `moved` is a step that stands elsewhere among the others. */
  kind: "added" | "removed" | "changed" | "moved";
  path: string;
  before: unknown;
  after: unknown;
}

export interface RevisionDiff {
  changes: Change[];
  text_before: string;
  text_after: string;
}

export type DefinitionProblem = Filled<Schemas["DefinitionProblem"]>;

export interface Validation {
  valid: boolean;
  problems: DefinitionProblem[];
  graph?: Graph | null;
}

export type Template = Omit<Filled<Schemas["WorkflowTemplate"]>, "parameters"> & {
  parameters: InputSpecs;
};

export type Missed = Schemas["MissedPolicy"];
export type Schedule = Filled<Schemas["Schedule"]>;
export type NewSchedule = Schemas["NewSchedule"];
export type ScheduleChange = Schemas["ChangeSchedule"];
/** The last time that a trigger had something to do. */
export type TriggerRun = Filled<Schemas["TriggerRun"]>;
export type Webhook = Filled<Schemas["Webhook"]>;
export type NewWebhook = Schemas["NewWebhook"];
/** A webhook with its whole address and its secret, which are shown once. */
export type CreatedWebhook = Filled<Schemas["CreatedWebhook"]>;
export type EventTrigger = Filled<Schemas["EventTrigger"]>;
export type NewEventTrigger = Schemas["NewEventTrigger"];

// The states we have words and looks for. A newer server may know others: they are shown as the
// nearest thing we know instead of breaking the page.
export const executionStatuses = [
  "queued",
  "running",
  "waiting_approval",
  "paused",
  "rolling_back",
  "completed",
  "failed",
  "cancelled",
  "rolled_back",
] as const;
export type ExecutionStatus = (typeof executionStatuses)[number];

export const stepStatuses = [
  "pending",
  "running",
  "waiting",
  "waiting_approval",
  "completed",
  "failed",
  "skipped",
  "cancelled",
] as const;
export type StepStatus = (typeof stepStatuses)[number];

export const toExecutionStatus = (value: string): ExecutionStatus =>
  executionStatuses.find((status) => status === value) ?? "running";

export const toStepStatus = (value: string): StepStatus =>
  stepStatuses.find((status) => status === value) ?? "pending";

const final: readonly string[] = ["completed", "failed", "cancelled", "rolled_back"];

/** Whether an execution has come to its end. */
export const isFinal = (status: string): boolean => final.includes(status);

const open: readonly string[] = ["running", "waiting", "waiting_approval"];

/** Whether a step has begun and not ended. */
export const isOpen = (status: string): boolean => open.includes(status);

/** How an execution can come to be. */
export const triggers = [
  "manual",
  "api",
  "schedule",
  "webhook",
  "event",
  "workflow",
  "retry",
  "resume",
  "fork",
  "rollback",
] as const;
export type Trigger = (typeof triggers)[number];

export const toTrigger = (value: string): Trigger | undefined =>
  triggers.find((trigger) => trigger === value);

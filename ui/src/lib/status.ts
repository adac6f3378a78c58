// The states we have words and looks for. A newer server may know others: they are shown as the
// nearest thing we know instead of breaking the page.
export const executionStatuses = [
  "created",
  "queued",
  "running",
  "paused",
  "waiting_approval",
  "completed",
  "failed",
  "cancelled",
  "rolling_back",
  "rolled_back",
] as const;
export type ExecutionStatus = (typeof executionStatuses)[number];

export const stepStatuses = [
  "pending",
  "running",
  "completed",
  "failed",
  "skipped",
  "cancelled",
  "interrupted",
] as const;
export type StepStatus = (typeof stepStatuses)[number];

export const toExecutionStatus = (value: string): ExecutionStatus =>
  executionStatuses.find((status) => status === value) ?? "running";

export const toStepStatus = (value: string): StepStatus =>
  stepStatuses.find((status) => status === value) ?? "pending";

const final: readonly string[] = ["completed", "failed", "cancelled", "rolled_back"];

/** Whether an execution has come to its end. */
export const isFinal = (status: string): boolean => final.includes(status);

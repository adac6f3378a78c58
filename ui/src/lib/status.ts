// The states we have words and looks for. A newer server may know others: they are shown as the
// nearest thing we know instead of breaking the page.
export const executionStatuses = [
  "queued",
  "running",
  "paused",
  "completed",
  "failed",
  "cancelled",
] as const;
export type ExecutionStatus = (typeof executionStatuses)[number];

export const stepStatuses = [
  "pending",
  "running",
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

const final: readonly string[] = ["completed", "failed", "cancelled"];

/** Whether an execution has come to its end. */
export const isFinal = (status: string): boolean => final.includes(status);

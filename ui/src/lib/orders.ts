// What may be ordered of an execution as it stands, by the rules of the engine, which answers
// anything else with 409. Pure.
import type { ExecutionDetail } from "@/api/workflow-engine";
import { rollbackPreview } from "./afterLife";
import { isFinal } from "./status";

export type OrderKind =
  | "pause"
  | "resume"
  | "cancel"
  | "signal"
  | "retry"
  | "resume-from"
  | "fork"
  | "rollback";

type Known = Pick<ExecutionDetail, "status" | "steps" | "origin" | "continued_by">;

export function ordersOf(execution: Known): ReadonlySet<OrderKind> {
  return new Set(isFinal(execution.status) ? ofEnded(execution) : ofLiving(execution.status));
}

function ofLiving(status: Known["status"]): OrderKind[] {
  // Half a rollback would be worse than none: it is neither stopped nor held.
  if (status === "rolling_back") return ["signal"];
  return [status === "paused" ? "resume" : "pause", "cancel", "signal"];
}

function ofEnded({ status, steps, origin, continued_by = [] }: Known): OrderKind[] {
  // What another one undoes is not there to be continued; one that failed is rolled back itself.
  if (continued_by.some((each) => each.mode === "rollback")) return [];
  const orders: OrderKind[] = ["fork"];
  // To "retry" a rollback would do forwards what was to be undone.
  if (origin?.mode !== "rollback") {
    orders.push("resume-from");
    if (status !== "completed") orders.push("retry");
  }
  if (rollbackPreview(steps).undone.length > 0) orders.push("rollback");
  return orders;
}

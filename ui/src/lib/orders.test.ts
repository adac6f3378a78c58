import { describe, expect, test } from "vitest";
import type { Linked, Relation, Step } from "@/api/workflow-engine";
import { type OrderKind, ordersOf } from "./orders";
import { type ExecutionStatus, executionStatuses } from "./status";

const step = (id: string, changes: Partial<Step> = {}) =>
  ({ id, name: id, needs: [], status: "completed", instances: [], ...changes }) as unknown as Step;

/** What undoes a step is named beforehand, and is a step of its own once it has begun. */
const undo = (status: Step["status"]) => step("undo", { compensates: "work", status });

interface Case {
  steps?: Step[];
  origin?: Linked;
  continued?: [Linked, ExecutionStatus];
}

function check(status: ExecutionStatus, expected: OrderKind[], given: Case = {}) {
  const { steps = [step("work")], origin, continued } = given;
  const relation = ([mode, after]: [Linked, ExecutionStatus]): Relation => ({
    execution_id: "exe_2",
    mode,
    status: after,
  });
  const orders = ordersOf({
    status,
    steps,
    origin: origin ? { execution_id: "exe_1", mode: origin } : null,
    continued_by: continued ? [relation(continued)] : [],
  });
  expect([...orders].sort()).toEqual([...expected].sort());
}

describe("what the engine takes", () => {
  test("of one that lives", () => {
    check("queued", ["pause", "cancel", "signal"]);
    check("running", ["pause", "cancel", "signal"]);
    check("waiting_approval", ["pause", "cancel", "signal"]);
    check("paused", ["resume", "cancel", "signal"]);
  });

  test("of one that is being undone: it is not stopped half way", () => {
    check("rolling_back", ["signal"], { steps: [step("work"), undo("running")] });
  });

  test("of one that has ended", () => {
    check("completed", ["fork", "resume-from"]);
    check("failed", ["fork", "resume-from", "retry"]);
    check("cancelled", ["fork", "resume-from", "retry"]);
    check("rolled_back", ["fork", "resume-from", "retry"], {
      steps: [step("work"), undo("completed")],
    });
  });

  test("to undo, there must be something that was done and is not undone", () => {
    const wayBack = { undone_by: "undo" };
    const steps = [step("work", wayBack)];
    check("completed", ["fork", "resume-from", "rollback"], { steps });
    const idle = [step("work", { status: "failed", ...wayBack })];
    check("failed", ["fork", "resume-from", "retry"], { steps: idle });
    const partly = step("work", {
      ...wayBack,
      status: "cancelled",
      instances: [{ status: "completed" }, { status: "cancelled" }] as Step["instances"],
    });
    check("cancelled", ["fork", "resume-from", "retry", "rollback"], {
      steps: [partly],
    });
  });

  test("nothing, where another execution undid it or began to", () => {
    const steps = [step("work", { undone_by: "undo" })];
    check("completed", [], { steps, continued: ["rollback", "rolled_back"] });
    check("completed", [], { steps, continued: ["rollback", "rolling_back"] });
    check("completed", [], { steps, continued: ["rollback", "failed"] });
    check("failed", ["fork", "resume-from", "retry"], { continued: ["retry", "completed"] });
  });

  test("a rollback that failed is rolled back again, never retried", () => {
    check("failed", ["fork", "rollback"], {
      steps: [step("work"), undo("failed")],
      origin: "rollback",
    });
  });

  test("only one that lives can be cancelled, only one that has ended forked", () => {
    for (const status of executionStatuses) {
      const orders = ordersOf({ status, steps: [], origin: null });
      expect([status, orders.has("cancel") && orders.has("fork")]).toEqual([status, false]);
    }
  });
});

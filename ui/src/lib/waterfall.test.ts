import { describe, expect, test } from "vitest";
import type { Attempt, Instance, Step } from "@/api/types";
import { finishedExecutions } from "@/mocks/history";
import { barOf, barsOf, inOrder, spanOf } from "./waterfall";

const time = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 8, 0, seconds)).toISOString();
const span = { from: Date.parse(time(0)), to: Date.parse(time(10)) };

function check(from: number, to: number | null, start: number, width: number) {
  const attempt = { started_at: time(from), finished_at: to === null ? null : time(to) } as Attempt;
  const bar = barOf({ ...attempt, status: "completed" }, span);
  expect(bar.startPercent).toBeCloseTo(start);
  expect(bar.widthPercent).toBeCloseTo(width);
}

describe("waterfall", () => {
  test("bars stand where their time is", () => {
    check(0, 10, 0, 100);
    check(5, 6, 50, 10);
  });

  test("a running attempt reaches to now", () => check(8, null, 80, 20));

  test("bars stay inside and visible", () => {
    check(5, 5, 50, 0.5);
    check(12, 13, 99.5, 0.5);
    check(9, 30, 90, 10);
  });

  test("the pause between two attempts is a bar of its own", () => {
    const attempts = [
      { started_at: time(0), finished_at: time(2), status: "failed" },
      { started_at: time(5), finished_at: time(10), status: "completed" },
    ];
    const bars = barsOf(
      { kind: "agent", started_at: time(0) } as Step,
      [{ attempts } as Instance],
      span,
    );
    expect(bars.map((bar) => [bar.kind, bar.startPercent, bar.widthPercent])).toEqual([
      ["work", 0, 20],
      ["backoff", 20, 30],
      ["work", 50, 50],
    ]);
  });

  test("a step of very many instances has one bar, from its start to its end", () => {
    const part = { attempts: [{ started_at: time(3), finished_at: time(4), status: "completed" }] };
    const step = { kind: "tool", status: "completed", started_at: time(2), finished_at: time(8) };
    const bars = barsOf(step as unknown as Step, Array(10_000).fill(part) as Instance[], span);
    expect(bars.map((bar) => [bar.startPercent, bar.widthPercent])).toEqual([[20, 60]]);
  });

  test("waits and approvals have bars without attempts, and are told apart from work", () => {
    const bars = (kind: string, status: string) =>
      barsOf(
        { kind, status, started_at: time(2), finished_at: null } as unknown as Step,
        [],
        span,
      ).map((bar) => bar.kind);
    expect(bars("wait", "waiting")).toEqual(["wait"]);
    expect(bars("approval", "waiting_approval")).toEqual(["approval"]);
    expect(bars("agent", "pending")).toEqual([]);
  });

  test("a finished execution ends when it ended, a running one now", () => {
    const [execution] = finishedExecutions();
    if (!execution) throw new Error("the double has no execution");
    const now = Date.parse(time(0));
    expect(spanOf(execution, now).to).toBe(Date.parse(execution.finished_at ?? ""));
    const from = execution.started_at ?? "";
    expect(spanOf({ ...execution, finished_at: null }, Date.parse(from) + 5_000).to).toBe(
      Date.parse(from) + 5_000,
    );
  });

  test("steps come in the order in which they began", () => {
    const [execution] = finishedExecutions();
    const steps = [...(execution?.steps ?? [])].reverse();
    expect(inOrder(steps).map((step) => step.id)).toEqual(["analyse", "epics", "stories", "place"]);
  });
});

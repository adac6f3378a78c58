import { describe, expect, test } from "vitest";
import type { Step } from "@/api/workflow-engine";
import { fromStepPreview, retryPreview, rollbackPreview } from "./afterLife";

/** "b<a:failed" is step b, which needs a and failed. */
function steps(text: string): Step[] {
  return text.split(" ").map((each, at) => {
    const [head = "", status = "completed"] = each.split(":");
    const [id = "", needs = ""] = head.split("<");
    return {
      id,
      name: id,
      needs: [...needs],
      status,
      instances: [],
      finished_at: new Date(at * 1_000).toISOString(),
    } as unknown as Step;
  });
}

const ids = (list: Step[]) => list.map((step) => step.id).join("");

describe("what happens again", () => {
  test("retry: what failed, what never began, and nothing else", () => {
    const { kept, again } = retryPreview(steps("a b<a c<b:failed d<c:skipped e<a"));
    expect([ids(kept), ids(again)]).toEqual(["abe", "cd"]);
  });

  test("retry: a completed step behind a failed one is done again", () => {
    const { kept, again } = retryPreview(steps("a b<a:failed c<b"));
    expect([ids(kept), ids(again)]).toEqual(["a", "bc"]);
  });

  test("from a step on: it and all that wait for it", () => {
    const { kept, again } = fromStepPreview(steps("a b<a c<b d<a e<cd"), "b");
    expect([ids(kept), ids(again)]).toEqual(["ad", "bce"]);
  });

  test("from a step on: what did not end well elsewhere is done again too", () => {
    const { kept, again } = fromStepPreview(steps("a b<a c<a:failed d<c:skipped"), "b");
    expect([ids(kept), ids(again)]).toEqual(["a", "bcd"]);
  });

  test("what has been undone is done again, with all that wait for it", () => {
    const undone = { ...steps("u")[0], compensates: "b", status: "completed" } as Step;
    const { kept, again } = retryPreview([...steps("a b<a c<b d<a:failed"), undone]);
    expect([ids(kept), ids(again)]).toEqual(["a", "bcd"]);
  });

  test("from the start: everything", () => {
    const { kept, again } = fromStepPreview(steps("a b<a"), null);
    expect([ids(kept), ids(again)]).toEqual(["", "ab"]);
  });
});

test("what is undone comes last first; what has no way back is named", () => {
  const withWayBack = (text: string, ...wayBack: string[]) =>
    steps(text).map((step) =>
      wayBack.includes(step.id) ? { ...step, undone_by: `${step.id}.compensate` } : step,
    );
  const all = withWayBack("a b<a c<b d<c:failed e<c:skipped", "a", "c", "d", "e");
  const { undone, stays } = rollbackPreview(all);
  expect([ids(undone), ids(stays)]).toEqual(["ca", "b"]);
  const once = { ...steps("u")[0], compensates: "c" } as Step;
  expect(ids(rollbackPreview([...all, once]).undone)).toBe("a");
  // A step that undoes is no work of its own.
  expect(ids(retryPreview([...all, { ...once, status: "failed" }]).again)).toBe("de");
});

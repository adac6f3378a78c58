// What a new execution would keep and what it would do again, so that people see it before they
// order it. Pure; the server decides by the same rules.
import type { Step } from "@/api/workflow-engine";

export interface Preview {
  kept: Step[];
  again: Step[];
}

export interface Undoing {
  /** In the order in which they are undone. */
  undone: Step[];
  /** Completed, with nothing that undoes them. */
  stays: Step[];
}

const isWork = (step: Step) => !step.compensates;

/** A step and all that wait for it, directly or not. */
export function withDependants(steps: Step[], ids: string[]): Set<string> {
  const found = new Set(ids);
  let size = 0;
  while (size !== found.size) {
    size = found.size;
    for (const step of steps) if (step.needs.some((id) => found.has(id))) found.add(step.id);
  }
  return found;
}

/** Whether it gave something that can be undone: as a whole, or in some of its instances. */
const didSomething = (step: Step) =>
  step.status === "completed" || step.instances.some((each) => each.status === "completed");

const undoingOf = (steps: Step[], step: Step) => steps.find((each) => each.compensates === step.id);

/** Whether something of it has been undone: then its result does not stand any more. */
function isUndone(steps: Step[], step: Step): boolean {
  const undoing = undoingOf(steps, step);
  return undoing !== undefined && didSomething(undoing);
}

/** The step that undoes it is known beforehand, but is there only once it has begun. */
const hasWayBack = (steps: Step[], step: Step) =>
  Boolean(step.undone_by) || undoingOf(steps, step) !== undefined;

/** What is done again at any rate: all that did not end well, what was undone, and what waits for it. */
function againFrom(steps: Step[], from: string[]): Preview {
  const work = steps.filter(isWork);
  const isOpen = (step: Step) => step.status !== "completed" || isUndone(steps, step);
  const open = work.filter(isOpen).map((step) => step.id);
  const again = withDependants(steps, [...open, ...from]);
  const isKept = (step: Step) => !again.has(step.id);
  return { kept: work.filter(isKept), again: work.filter((step) => !isKept(step)) };
}

/** Failed work again, and all that never came to be; skipped branches are decided anew. */
export const retryPreview = (steps: Step[]): Preview => againFrom(steps, []);

/** From one step on: it and what waits for it. `null` is everything, from the start. */
export function fromStepPreview(steps: Step[], from: string | null): Preview {
  if (from === null) return { kept: [], again: steps.filter(isWork) };
  return againFrom(steps, [from]);
}

/** What would be undone, the last first, and what stays as it is. */
export function rollbackPreview(steps: Step[]): Undoing {
  const done = steps
    .filter((step) => isWork(step) && didSomething(step) && !isUndone(steps, step))
    .sort((a, b) => endOf(b) - endOf(a));
  return {
    undone: done.filter((step) => hasWayBack(steps, step)),
    stays: done.filter((step) => !hasWayBack(steps, step)),
  };
}

const endOf = (step: Step) => (step.finished_at ? Date.parse(step.finished_at) : 0);

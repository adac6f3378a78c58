// What a new execution would keep and what it would do again, so that people see it before they
// order it. Pure; the server decides by the same rules.
import type { Step } from "@/api/workflow-engine";

export interface Preview {
  kept: Step[];
  again: Step[];
}

export interface Undoing {
  /** In the order in which they are undone. */
  undone: { step: Step; by: Step }[];
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

function split(steps: Step[], again: Set<string>): Preview {
  const work = steps.filter(isWork);
  const isKept = (step: Step) => step.status === "completed" && !again.has(step.id);
  return { kept: work.filter(isKept), again: work.filter((step) => !isKept(step)) };
}

/** Failed work again, and all that never came to be; skipped branches are decided anew. */
export function retryPreview(steps: Step[]): Preview {
  const notDone = steps.filter((step) => isWork(step) && step.status !== "completed");
  return split(
    steps,
    withDependants(
      steps,
      notDone.map((step) => step.id),
    ),
  );
}

/** From one step on: it and what waits for it. `null` is everything, from the start. */
export function fromStepPreview(steps: Step[], from: string | null): Preview {
  if (from === null) return { kept: [], again: steps.filter(isWork) };
  return split(steps, withDependants(steps, [from]));
}

/** Compensations in the reverse order of what they undo. */
export function rollbackPreview(steps: Step[]): Undoing {
  const done = steps
    .filter((step) => isWork(step) && step.status === "completed")
    .sort((a, b) => endOf(b) - endOf(a));
  const undone: Undoing["undone"] = [];
  const stays: Step[] = [];
  for (const step of done) {
    const by = steps.find((each) => each.compensates === step.id);
    if (by) undone.push({ step, by });
    else stays.push(step);
  }
  return { undone, stays };
}

const endOf = (step: Step) => (step.finished_at ? Date.parse(step.finished_at) : 0);

// Saving in several requests: each is a part, and one that fails is named.
import { changeBudget, createBudget, deleteBudget } from "@/api/costs";
import type { MoneyStep, Span } from "./form";

export type Part = "access" | Span;

export class PartFailed extends Error {
  constructor(
    readonly part: Part,
    readonly reason: unknown,
  ) {
    super(reason instanceof Error ? reason.message : String(reason));
  }
}

/** One after the other; the first that fails ends it. Those before it are done. */
export async function inOrder(parts: [part: Part, act: () => Promise<unknown>][]): Promise<void> {
  for (const [part, act] of parts) {
    try {
      await act();
    } catch (error) {
      throw new PartFailed(part, error);
    }
  }
}

export function takeStep(step: MoneyStep): Promise<unknown> {
  switch (step.act) {
    case "create":
      return createBudget(step.body);
    case "change":
      return changeBudget(step.id, step.body);
    case "remove":
      return deleteBudget(step.id);
  }
}

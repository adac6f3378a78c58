// What someone is typing over a work item, and what of it differs from what was there.
import type { Priority, WorkItem, WorkItemChange } from "@/api/types";

export interface Draft {
  title: string;
  description: string;
  user_role: string;
  feature: string;
  benefit: string;
  acceptance_criteria: string[];
  points: number | null;
  priority: Priority;
}

export const toDraft = (item: WorkItem): Draft => ({
  title: item.title,
  description: item.description,
  user_role: item.user_role ?? "",
  feature: item.feature ?? "",
  benefit: item.benefit ?? "",
  acceptance_criteria: item.acceptance_criteria,
  points: item.points,
  priority: item.priority,
});

export type Changes = Omit<WorkItemChange, "version">;

/** Only the fields that were changed, so that two people may work on different ones. */
export function changes(base: WorkItem, draft: Draft): Changes {
  const before = toDraft(base);
  const after = { ...draft, acceptance_criteria: filled(draft.acceptance_criteria) };
  const changed = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof Draft]),
  );
  return Object.fromEntries(changed) as Changes;
}

/** Empty lines are places to type, not criteria. */
const filled = (lines: string[]) => lines.map((line) => line.trim()).filter((line) => line !== "");

/** Fields that both sides changed: the only real conflict. */
export function clashes(base: WorkItem, theirs: WorkItem, draft: Draft): (keyof Draft)[] {
  const ours = changes(base, draft);
  const others = changes(base, toDraft(theirs));
  return (Object.keys(ours) as (keyof Draft)[]).filter((name) => name in others);
}

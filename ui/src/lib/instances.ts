// Which of many instances are on the page: ten thousand rows at once would stop the browser. Pure.
import type { Instance } from "@/api/types";
import { isOpen } from "./status";

/** What went wrong is looked for first, then what is at work. */
function rank({ status }: Instance): number {
  if (status === "failed") return 0;
  return isOpen(status) ? 1 : 2;
}

/** At most so many, in their order: the failed before those at work, and these before the others. */
export function tellingOf(instances: readonly Instance[], most: number): readonly Instance[] {
  if (instances.length <= most) return instances;
  return [...instances]
    .sort((a, b) => rank(a) - rank(b) || a.index - b.index)
    .slice(0, most)
    .sort((a, b) => a.index - b.index);
}

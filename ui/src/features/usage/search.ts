// What the page of usage shows, as it stands in the address. Pure. Days are days in UTC.
import type { UsageWish } from "@/api/costs";
import { type UsageGroup, usageGroups } from "@/api/gateway";
import { readDay } from "@/lib/day";

export const ranges = ["7d", "30d", "90d", "month"] as const;
export type Range = (typeof ranges)[number];

export const measures = ["cost", "calls", "tokens"] as const;
export type Measure = (typeof measures)[number];

export interface UsageSearch {
  group?: Exclude<UsageGroup, "day">;
  range?: Range;
  from?: string;
  to?: string;
  measure?: Measure;
}

export const groups = usageGroups.filter((each) => each !== "day");

/** An address typed by hand may hold anything; what is not understood is left out. */
export function readUsage(search: Record<string, unknown>): UsageSearch {
  return {
    group: groups.find((each) => each === search.group),
    range: ranges.find((each) => each === search.range),
    from: readDay(search.from),
    to: readDay(search.to),
    measure: measures.find((each) => each === search.measure),
  };
}

const dayMs = 86_400_000;
const lengths = { "7d": 7, "30d": 30, "90d": 90 } as const;

const written = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** The first and the last day to ask for. */
export function daysOf(search: UsageSearch, now: number): { from: string; to: string } {
  const today = written(now);
  if (search.from || search.to) {
    const to = search.to ?? today;
    const from = search.from ?? written(Date.parse(to) - 29 * dayMs);
    return from <= to ? { from, to } : { from: to, to: from };
  }
  if (search.range === "month") return { from: `${today.slice(0, 8)}01`, to: today };
  const length = lengths[search.range ?? "30d"];
  return { from: written(Date.parse(today) - (length - 1) * dayMs), to: today };
}

export const wishOf = (search: UsageSearch, group_by: UsageGroup, now: number): UsageWish => ({
  group_by,
  ...daysOf(search, now),
});

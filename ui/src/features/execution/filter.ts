// What the list of executions shows, as it stands in the address. Pure.
import type { ExecutionFilter } from "@/api/executions";
import { readDay } from "@/lib/day";
import { type ExecutionStatus, executionStatuses } from "@/lib/status";

export const spans = ["1h", "24h", "7d", "30d"] as const;
export type Since = (typeof spans)[number];

export interface ExecutionSearch {
  status?: ExecutionStatus[];
  workflow?: string;
  project?: string;
  trigger?: string;
  q?: string;
  since?: Since;
  from?: string;
  to?: string;
}

const text = (value: unknown) =>
  typeof value === "string" && value.trim() !== "" ? value : undefined;

/** An address typed by hand may hold anything; what is not understood is left out. */
export function readSearch(search: Record<string, unknown>): ExecutionSearch {
  const wanted = Array.isArray(search.status) ? search.status : [search.status];
  const status = executionStatuses.filter((each) => wanted.includes(each));
  return {
    status: status.length > 0 ? status : undefined,
    workflow: text(search.workflow),
    project: text(search.project),
    trigger: text(search.trigger),
    q: text(search.q),
    since: spans.find((each) => each === search.since),
    from: readDay(search.from),
    to: readDay(search.to),
  };
}

const minutes: Record<Since, number> = { "1h": 60, "24h": 1_440, "7d": 10_080, "30d": 43_200 };

/** As the server is asked. Days are whole days where the reader is. */
export function toFilter(search: ExecutionSearch, now: number): ExecutionFilter {
  const { since, from, to, ...rest } = search;
  const begin = since
    ? new Date(now - minutes[since] * 60_000)
    : from
      ? new Date(`${from}T00:00:00`)
      : undefined;
  const end = to && !since ? new Date(`${to}T23:59:59.999`) : undefined;
  return { ...rest, from: begin?.toISOString(), to: end?.toISOString() };
}

/** How many filters stand besides the states, for the button that hides them on phones. */
export const countFilters = ({ status: _, ...rest }: ExecutionSearch): number =>
  Object.values(rest).filter((value) => value !== undefined).length;

/** States with one more or one less; none is all. */
export function toggled(
  states: ExecutionStatus[] | undefined,
  status: ExecutionStatus,
): ExecutionStatus[] | undefined {
  const next = states?.includes(status)
    ? states.filter((each) => each !== status)
    : [...(states ?? []), status];
  return next.length > 0 ? next : undefined;
}

// Which calls the ledger shows, as it stands in the address. Pure. Days are days in UTC.
import type { CallFilter } from "@/api/costs";
import type { ModelCall } from "@/api/gateway";
import { readDay } from "@/lib/day";

export type Outcome = ModelCall["outcome"];
export const outcomes = ["ok", "error", "interrupted", "running"] as const satisfies Outcome[];

export const spans = ["1d", "7d", "30d"] as const;
export type Span = (typeof spans)[number];

const words = ["execution", "agent", "model", "platform", "project", "user", "key"] as const;

export interface LedgerSearch extends Partial<Record<(typeof words)[number], string>> {
  status?: Outcome;
  /** The last days; stands instead of the two ends. */
  span?: Span;
  since?: string;
  until?: string;
}

/** An address typed by hand may hold anything; what is not understood is left out. */
export function readLedger(search: Record<string, unknown>): LedgerSearch {
  const text = (value: unknown) =>
    typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
  return {
    ...Object.fromEntries(words.map((each) => [each, text(search[each])])),
    status: outcomes.find((each) => each === search.status),
    span: spans.find((each) => each === search.span),
    since: readDay(search.since),
    until: readDay(search.until),
  };
}

const dayMs = 86_400_000;

/** As the server is asked. */
export function toCallFilter({ span, ...search }: LedgerSearch, now: number): CallFilter {
  if (!span) return search;
  const first = now - (Number.parseInt(span, 10) - 1) * dayMs;
  return { ...search, since: new Date(first).toISOString().slice(0, 10), until: undefined };
}

export const countFilters = (search: LedgerSearch): number =>
  Object.values(search).filter((value) => value !== undefined).length;

// The form of what a person may use and spend. Pure.
import type { Access, AccessWish, Budget, BudgetChange, NewBudget } from "@/api/gateway";
import { fromMicros, toCount, toMicros } from "@/lib/amount";

export const spans = ["day", "month"] as const;
/** For how long the money of a person is capped here; budgets know longer ones too. */
export type Span = (typeof spans)[number];

export interface AccessForm extends Pick<AccessWish, "platforms" | "models" | "agents"> {
  tokens: string;
  requests: string;
  /** Dollars; empty for no budget. */
  money: Record<Span, string>;
}

export type OwnBudgets = Record<Span, Budget | undefined>;

export type Fault = "integer" | "amount";
export type Faults = Partial<Record<string, Fault>>;

const written = (count: number | null) => (count === null ? "" : String(count));
const blank = (text: string) => text.trim() === "";

/** The budgets of one person that this page is about. */
export function budgetsOf(budgets: readonly Budget[], userId: string): OwnBudgets {
  const of = (span: Span) =>
    budgets.find(
      (each) => each.scope === "user" && each.scope_id === userId && each.period === span,
    );
  return { day: of("day"), month: of("month") };
}

export const formOf = (access: Access, own: OwnBudgets): AccessForm => ({
  platforms: access.platforms,
  models: access.models,
  agents: access.agents,
  tokens: written(access.tokens_per_request),
  requests: written(access.requests_per_hour),
  money: {
    day: fromMicros(own.day?.cap_micros ?? null),
    month: fromMicros(own.month?.cap_micros ?? null),
  },
});

/** The platform in a model's name; names of model groups have none. */
export const platformOf = (model: string): string | null =>
  model.includes("/") ? model.slice(0, model.indexOf("/")) : null;

/** Whether a model may be ticked: those of a platform that is kept from the person go with it. */
export const isWithin = (model: string, platforms: string[] | null): boolean => {
  const platform = platformOf(model);
  return platforms === null || platform === null || platforms.includes(platform);
};

export function readAccess(form: AccessForm): { wish: AccessWish; faults: Faults } {
  const faults: Faults = {};
  // Nothing can be asked with a limit of nothing: that is what empty lists are for.
  if (!blank(form.tokens) && !toCount(form.tokens)) faults.tokens_per_request = "integer";
  if (!blank(form.requests) && !toCount(form.requests)) faults.requests_per_hour = "integer";
  return {
    wish: {
      platforms: form.platforms,
      models: form.models?.filter((each) => isWithin(each, form.platforms)) ?? null,
      agents: form.agents,
      tokens_per_request: toCount(form.tokens),
      requests_per_hour: toCount(form.requests),
    },
    faults,
  };
}

const asSet = (names: string[] | null) => (names === null ? "all" : [...names].sort().join("\n"));

/** Whether two wishes let a person do the same. */
export const isSame = (one: AccessWish, other: AccessWish): boolean =>
  asSet(one.platforms) === asSet(other.platforms) &&
  (["models", "agents"] as const).every((each) => asSet(one[each]) === asSet(other[each])) &&
  one.tokens_per_request === other.tokens_per_request &&
  one.requests_per_hour === other.requests_per_hour;

/** What is to be done with one budget. */
export type MoneyStep =
  | { act: "create"; body: NewBudget }
  | { act: "change"; id: string; body: BudgetChange }
  | { act: "remove"; id: string };

interface Money {
  userId: string;
  span: Span;
  typed: string;
  /** What stood in the field to begin with: what nobody touched stays as it is by now. */
  before: string;
  budget: Budget | undefined;
}

/** From what was typed to what is to be done; a new amount makes a budget count that was off. */
export function readMoney({ userId, span, typed, before, budget }: Money): {
  step: MoneyStep | null;
  fault?: Fault;
} {
  if (typed.trim() === before.trim()) return { step: null };
  if (blank(typed)) return { step: budget ? { act: "remove", id: budget.id } : null };
  const cap_micros = toMicros(typed);
  if (cap_micros === null) return { step: null, fault: "amount" };
  if (!budget) {
    return {
      step: {
        act: "create",
        body: { scope: "user", scope_id: userId, period: span, cap_micros, on_exceeded: "stop" },
      },
    };
  }
  if (budget.cap_micros === cap_micros && budget.is_active) return { step: null };
  return {
    step: {
      act: "change",
      id: budget.id,
      body: { version: budget.version, cap_micros, is_active: true },
    },
  };
}

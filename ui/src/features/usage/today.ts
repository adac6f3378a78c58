// The figures of today, put together. Pure. Days are days in UTC, weeks begin on Monday.
import type { Budget, PlatformHealth, UsageLine } from "@/api/gateway";
import { type BudgetLevel, levelOf, partOf } from "@/lib/budgetLevel";

export const periods = ["day", "week", "month"] as const;
export type Period = (typeof periods)[number];

const dayMs = 86_400_000;
const written = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** The first day of today, of this week and of this month. */
export function startsOf(now: number): Record<Period, string> {
  const day = written(now);
  const sinceMonday = (new Date(now).getUTCDay() + 6) % 7;
  return {
    day,
    week: written(Date.parse(day) - sinceMonday * dayMs),
    month: `${day.slice(0, 8)}01`,
  };
}

/** How much money of how much. */
export interface Cap {
  spent: number;
  reserved: number;
  cap: number;
}

export const capOf = (budget: Budget): Cap => ({
  spent: budget.spent_micros,
  reserved: budget.reserved_micros,
  cap: budget.cap_micros,
});

export const usedOf = ({ spent, cap }: Cap): number => partOf(spent, cap);

export interface PeriodToday {
  period: Period;
  /** What was spent since the period began, by the days of the ledger. */
  spent: number;
  /** What caps it; null for none that counts. */
  budget: Budget | null;
}

export function ofOrganisation(
  days: readonly UsageLine[],
  budgets: readonly Budget[],
  now: number,
): PeriodToday[] {
  const starts = startsOf(now);
  return periods.map((period) => ({
    period,
    spent: days
      .filter((day) => day.key >= starts[period])
      .reduce((sum, day) => sum + day.cost_micros, 0),
    budget:
      budgets.find(
        (each) => each.is_active && each.scope === "organisation" && each.period === period,
      ) ?? null,
  }));
}

const noLine: UsageLine = {
  key: "",
  calls: 0,
  failed_calls: 0,
  cached_calls: 0,
  unpriced_calls: 0,
  estimated_calls: 0,
  input_tokens: 0,
  cached_input_tokens: 0,
  output_tokens: 0,
  cost_micros: 0,
  mean_duration_ms: 0,
};

export interface PlatformToday {
  line: UsageLine;
  /** Its money of a day, if it has some. */
  cap: Cap | null;
}

/** The platforms that were used or that have a daily budget, the dearest first. */
export function byPlatform(
  lines: readonly UsageLine[],
  budgets: readonly Budget[],
  health: readonly PlatformHealth[],
): PlatformToday[] {
  const caps = new Map<string, Cap>();
  for (const each of health) {
    if (each.daily_budget_micros === null) continue;
    caps.set(each.platform, {
      spent: each.cost_today_micros,
      reserved: 0,
      cap: each.daily_budget_micros,
    });
  }
  // The budget itself knows better: it counts what is set aside too.
  for (const each of budgets) {
    if (each.is_active && each.scope === "provider" && each.period === "day") {
      caps.set(each.scope_id, capOf(each));
    }
  }
  const idle = [...caps.keys()]
    .filter((name) => !lines.some((line) => line.key === name))
    .map((key) => ({ ...noLine, key }));
  return [...lines, ...idle]
    .map((line) => ({ line, cap: caps.get(line.key) ?? null }))
    .sort(
      (one, other) =>
        other.line.cost_micros - one.line.cost_micros || other.line.calls - one.line.calls,
    );
}

export interface PersonToday {
  line: UsageLine;
  /** Their budget that is used up the most. */
  budget: Budget | null;
  level: BudgetLevel | "none";
}

const severity = ["none", "ok", "near", "critical", "exceeded"] as const;

/** Who used something today, and whose money runs out; those whose money does come first. */
export function byPerson(lines: readonly UsageLine[], budgets: readonly Budget[]): PersonToday[] {
  const fullest = new Map<string, Budget>();
  for (const each of budgets) {
    if (!each.is_active || each.scope !== "user") continue;
    const known = fullest.get(each.scope_id);
    if (!known || usedOf(capOf(each)) > usedOf(capOf(known))) fullest.set(each.scope_id, each);
  }
  const idle = [...fullest]
    .filter(([id, budget]) => {
      const isShown = lines.some((line) => line.key === id);
      return !isShown && levelOf(usedOf(capOf(budget))) !== "ok";
    })
    .map(([key]) => ({ ...noLine, key }));
  const rank = (person: PersonToday) => Math.max(1, severity.indexOf(person.level));
  return [...lines, ...idle]
    .map((line): PersonToday => {
      const budget = fullest.get(line.key) ?? null;
      return { line, budget, level: budget ? levelOf(usedOf(capOf(budget))) : "none" };
    })
    .sort((one, other) => rank(other) - rank(one) || other.line.cost_micros - one.line.cost_micros);
}

/** The budgets that told somebody in this period, the fullest first. */
export const alerted = (budgets: readonly Budget[]): Budget[] =>
  budgets
    .filter((each) => each.is_active && each.alerted_percent > 0)
    .sort((one, other) => other.alerted_percent - one.alerted_percent);

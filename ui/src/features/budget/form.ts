// The form of a budget. Pure.
import type { Budget, BudgetPeriod, BudgetScope, NewBudget } from "@/api/gateway";
import { fromMicros, toMicros } from "@/lib/amount";
import { type Action, readAction } from "@/lib/onExceeded";

export interface BudgetForm {
  scope: BudgetScope;
  scopeId: string;
  period: BudgetPeriod;
  cap: string;
  action: Action;
  /** Which cheaper model takes over. */
  model: string;
  isActive: boolean;
}

export type Fault = "required" | "amount";

export const newBudget = (scope: BudgetScope = "organisation", scopeId = ""): BudgetForm => ({
  scope,
  scopeId,
  period: "month",
  cap: "",
  action: "stop",
  model: "",
  isActive: true,
});

export const formOf = (budget: Budget): BudgetForm => ({
  scope: budget.scope,
  scopeId: budget.scope_id,
  period: budget.period,
  cap: fromMicros(budget.cap_micros),
  ...readAction(budget.on_exceeded),
  isActive: budget.is_active,
});

export function readBudget(form: BudgetForm): {
  budget: NewBudget;
  faults: Partial<Record<string, Fault>>;
} {
  const faults: Partial<Record<string, Fault>> = {};
  const scope_id = form.scope === "organisation" ? "" : form.scopeId.trim();
  if (form.scope !== "organisation" && scope_id === "") faults.scope_id = "required";
  const cap = toMicros(form.cap);
  if (cap === null) faults.cap_micros = form.cap.trim() === "" ? "required" : "amount";
  const model = form.model.trim();
  if (form.action === "fallback" && model === "") faults.on_exceeded = "required";
  return {
    budget: {
      scope: form.scope,
      scope_id,
      period: form.period,
      cap_micros: cap ?? 0,
      on_exceeded: form.action === "fallback" ? `fallback:${model}` : form.action,
    },
    faults,
  };
}

/** The fullest first; those that do not count last. */
export const sorted = (budgets: readonly Budget[]): Budget[] => {
  const used = (budget: Budget) =>
    budget.cap_micros === 0 ? 1 : budget.spent_micros / budget.cap_micros;
  return [...budgets].sort(
    (one, other) => Number(other.is_active) - Number(one.is_active) || used(other) - used(one),
  );
};

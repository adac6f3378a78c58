// A budget to begin with, as it stands in the address: other pages lead here with one. Pure.
import { type BudgetScope, budgetScopes } from "@/api/gateway";

export interface BudgetSearch {
  scope?: BudgetScope;
  id?: string;
}

export function readBudgetSearch(search: Record<string, unknown>): BudgetSearch {
  const scope = budgetScopes.find((each) => each === search.scope);
  const id = typeof search.id === "string" && search.id !== "" ? search.id : undefined;
  return scope && id ? { scope, id } : {};
}

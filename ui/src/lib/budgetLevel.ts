// How near spending is to its cap. Pure.
export type BudgetLevel = "ok" | "near" | "critical" | "exceeded";

/** From these parts of a cap on people are warned, and warned urgently. */
export const nearFrom = 0.8;
export const criticalFrom = 0.95;
export const budgetSteps = [nearFrom, criticalFrom] as const;

/** The part of a cap that is used; a cap of nothing is used up. */
export const partOf = (micros: number, capMicros: number): number =>
  capMicros === 0 ? 1 : micros / capMicros;

export function levelOf(used: number): BudgetLevel {
  if (used >= 1) return "exceeded";
  if (used >= criticalFrom) return "critical";
  return used >= nearFrom ? "near" : "ok";
}

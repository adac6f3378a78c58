import { expect, test } from "vitest";
import { type BudgetLevel, levelOf, partOf } from "./budgetLevel";

test("a cap is near at 80 %, very near at 95 % and used up at 100 %", () => {
  const check = (spent: number, cap: number, expected: BudgetLevel) =>
    expect(levelOf(partOf(spent, cap)), `${spent} of ${cap}`).toBe(expected);
  check(0, 1_000, "ok");
  check(799, 1_000, "ok");
  check(800, 1_000, "near");
  check(949, 1_000, "near");
  check(950, 1_000, "critical");
  check(999, 1_000, "critical");
  check(1_000, 1_000, "exceeded");
  check(1_200, 1_000, "exceeded");
  check(0, 0, "exceeded");
});

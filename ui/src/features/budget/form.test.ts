import { expect, test } from "vitest";
import { readAction } from "@/lib/onExceeded";
import { budgets } from "@/mocks/budgets";
import { formOf, newBudget, readBudget, sorted } from "./form";

test("what happens at the end is read and written back", () => {
  expect(readAction("stop")).toEqual({ action: "stop", model: "" });
  expect(readAction("pause")).toEqual({ action: "pause", model: "" });
  expect(readAction("fallback:openai/gpt-4.1-mini")).toEqual({
    action: "fallback",
    model: "openai/gpt-4.1-mini",
  });
  for (const budget of budgets()) {
    const read = readBudget(formOf(budget));
    expect(read.faults).toEqual({});
    expect(read.budget).toEqual({
      scope: budget.scope,
      scope_id: budget.scope_id,
      period: budget.period,
      cap_micros: budget.cap_micros,
      on_exceeded: budget.on_exceeded,
    });
  }
});

test("what is missing is named by its field", () => {
  const form = { ...newBudget(), cap: "10" };
  const check = (change: Partial<typeof form>, field: string, fault: string) =>
    expect(readBudget({ ...form, ...change }).faults).toEqual({ [field]: fault });
  check({ scope: "project" }, "scope_id", "required");
  check({ cap: "" }, "cap_micros", "required");
  check({ cap: "much" }, "cap_micros", "amount");
  check({ action: "fallback" }, "on_exceeded", "required");
});

test("an organisation has no id, whatever was typed before", () => {
  expect(readBudget({ ...newBudget(), cap: "1", scopeId: "CLINIC" }).budget.scope_id).toBe("");
});

test("the fullest stand first, those that do not count last", () => {
  expect(sorted(budgets()).map((each) => each.id)).toEqual([
    "bdg_openai",
    "bdg_amal",
    "bdg_clinic",
    "bdg_day",
    "bdg_week",
    "bdg_all",
    "bdg_key",
  ]);
});

import { expect, test } from "vitest";
import type { Budget, UsageLine } from "@/api/gateway";
import { budgets } from "@/mocks/budgets";
import { usage } from "@/mocks/costs";
import { health } from "@/mocks/platforms";
import { alerted, byPerson, byPlatform, ofOrganisation, startsOf } from "./today";

const now = Date.parse("2026-03-11T23:30:00Z");

/** Any budget of the double, made into another one. */
function budget(part: Partial<Budget>): Budget {
  const [some] = budgets();
  if (!some) throw new Error("there are budgets");
  return { ...some, reserved_micros: 0, alerted_percent: 0, ...part };
}

const lines = (costs: Record<string, number>): UsageLine[] => {
  const { total } = usage(new URLSearchParams("group_by=user"), true);
  return Object.entries(costs).map(([key, cost_micros]) => ({ ...total, key, cost_micros }));
};

test("weeks begin on Monday, months on their first day, in UTC", () => {
  const check = (at: string, day: string, week: string, month: string) =>
    expect(startsOf(Date.parse(at))).toEqual({ day, week, month });
  check("2026-03-11T23:30:00Z", "2026-03-11", "2026-03-09", "2026-03-01");
  check("2026-03-09T00:00:00Z", "2026-03-09", "2026-03-09", "2026-03-01");
  check("2026-03-01T12:00:00Z", "2026-03-01", "2026-02-23", "2026-03-01");
  check("2026-01-01T00:00:00Z", "2026-01-01", "2025-12-29", "2026-01-01");
});

test("the organisation's money is added up by day, week and month, with what caps it", () => {
  const days = lines({ "2026-03-01": 1, "2026-03-08": 10, "2026-03-09": 100, "2026-03-11": 1_000 });
  const month = budget({ id: "bdg_month", scope: "organisation", period: "month" });
  const off = budget({ id: "bdg_off", scope: "organisation", period: "day", is_active: false });
  const told = ofOrganisation(days, [off, month, budget({ scope: "user", period: "week" })], now);
  expect(told.map((each) => [each.period, each.spent, each.budget?.id ?? null])).toEqual([
    ["day", 1_000, null],
    ["week", 1_100, null],
    ["month", 1_111, "bdg_month"],
  ]);
});

test("platforms that were used or have a daily budget are shown, the dearest first", () => {
  const told = byPlatform(lines({ openai: 5, "": 7, anthropic: 9 }), budgets(), health());
  expect(told.map(({ line, cap }) => [line.key, cap?.spent ?? null, cap?.cap ?? null])).toEqual([
    // its budget wins over what its health says
    ["anthropic", 40_000_000, 40_000_000],
    ["", null, null],
    ["openai", 41_237_000, 100_000_000],
  ]);
  const idle = byPlatform([], budgets(), []);
  expect(idle.map(({ line }) => [line.key, line.calls])).toEqual([["anthropic", 0]]);
});

test("people stand by how near they are to a cap, then by cost", () => {
  const own = (scope_id: string, period: Budget["period"], spent: number, is_active = true) =>
    budget({
      scope: "user",
      scope_id,
      period,
      is_active,
      cap_micros: 100,
      spent_micros: spent,
    });
  const told = byPerson(lines({ dear: 90, near: 5, plain: 20, within: 30, "": 1 }), [
    own("near", "day", 10),
    own("near", "month", 85),
    own("within", "day", 20),
    own("gone", "month", 100),
    own("quiet", "month", 3),
    own("plain", "day", 100, false),
  ]);
  expect(
    told.map(({ line, level, budget: one }) => [line.key, level, one?.period ?? null]),
  ).toEqual([
    ["gone", "exceeded", "month"],
    ["near", "near", "month"],
    ["dear", "none", null],
    ["within", "ok", "day"],
    ["plain", "none", null],
    ["", "none", null],
  ]);
});

test("alerts are those of budgets that count", () => {
  expect(alerted(budgets()).map((each) => [each.id, each.alerted_percent])).toEqual([
    ["bdg_openai", 100],
    ["bdg_amal", 90],
    ["bdg_clinic", 80],
    ["bdg_day", 80],
  ]);
  expect(alerted([budget({ alerted_percent: 90, is_active: false })])).toEqual([]);
});

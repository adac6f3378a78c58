import { expect, test } from "vitest";
import type { Access } from "@/api/gateway";
import { people } from "@/mocks/access";
import { budgets } from "@/mocks/budgets";
import { type AccessForm, budgetsOf, formOf, isSame, readAccess, readMoney } from "./form";

const none = { day: undefined, month: undefined };

function known(name: string): Access {
  const found = people().find((each) => each.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

test("what is read is written back", () => {
  for (const access of people()) {
    const { wish, faults } = readAccess(formOf(access, none));
    expect(faults).toEqual({});
    expect(isSame(wish, access), access.name).toBe(true);
  }
});

test("all, some and none are three things", () => {
  const all = readAccess(formOf(known("Hisham Sait"), none)).wish;
  expect(all.platforms).toBeNull();
  expect(isSame(all, { ...all, platforms: [] })).toBe(false);
  expect(isSame({ ...all, agents: ["a", "b"] }, { ...all, agents: ["b", "a"] })).toBe(true);
  expect(isSame(all, { ...all, tokens_per_request: 5 })).toBe(false);
});

test("models go with their platform, groups stay", () => {
  const form: AccessForm = {
    ...formOf(known("Hisham Sait"), none),
    platforms: ["openai"],
    models: ["openai/gpt-4.1", "anthropic/claude-sonnet-4-5", "fast"],
  };
  expect(readAccess(form).wish.models).toEqual(["openai/gpt-4.1", "fast"]);
  expect(readAccess({ ...form, platforms: null }).wish.models).toEqual(form.models);
  expect(readAccess({ ...form, models: null }).wish.models).toBeNull();
});

test("a limit is a whole number above nothing, or empty", () => {
  const form = formOf(known("Hisham Sait"), none);
  const check = (tokens: string, expected: number | null | "integer") => {
    const { wish, faults } = readAccess({ ...form, tokens });
    expect(faults.tokens_per_request ?? wish.tokens_per_request, tokens).toBe(expected);
  };
  check("", null);
  check(" ", null);
  check("4000", 4_000);
  check("4,000", 4_000);
  check("٤٠٠٠", 4_000);
  check("0", "integer");
  check("-1", "integer");
  check("many", "integer");
});

test("money that nobody touched is left alone, the rest is made, changed or removed", () => {
  const { day } = budgetsOf(budgets(), "usr_01k7");
  if (!day) throw new Error("there is a budget to begin with");
  const check = (
    typed: string,
    budget: typeof day | undefined,
    expected: object | null | "amount",
  ) => {
    const before = budget ? "5" : "";
    const read = readMoney({ userId: "usr_01k7", span: "day", typed, before, budget });
    expect(read.fault ?? read.step, typed).toEqual(expected);
  };
  check("5", day, null);
  check(" 5 ", day, null);
  check("5.00", { ...day, cap_micros: 5_000_000 }, null);
  check("7.5", day, {
    act: "change",
    id: day.id,
    body: { version: day.version, cap_micros: 7_500_000, is_active: true },
  });
  check("", day, { act: "remove", id: day.id });
  check("", undefined, null);
  check("much", day, "amount");
  check("much", undefined, "amount");
  check("0.25", undefined, {
    act: "create",
    body: {
      scope: "user",
      scope_id: "usr_01k7",
      period: "day",
      cap_micros: 250_000,
      on_exceeded: "stop",
    },
  });
});

test("only the budgets of the person, of a day and of a month, count here", () => {
  const own = budgetsOf(budgets(), "usr_01k7");
  expect(own.day?.scope_id).toBe("usr_01k7");
  expect(own.month).toBeUndefined();
  expect(budgetsOf(budgets(), "usr_nobody")).toEqual(none);
});

import { expect, test } from "vitest";
import { budgets } from "@/mocks/budgets";
import { usage, virtualKeys } from "@/mocks/costs";
import { modelGroups, prices } from "@/mocks/models";
import { usesOf } from "./uses";

const known = {
  groups: modelGroups(),
  virtualKeys: virtualKeys(),
  budgets: budgets(),
  prices: prices(),
  usage: usage(new URLSearchParams("group_by=platform"), false),
  defaultModel: "local/tiny",
};

test("everything that names a platform is found", () => {
  expect(usesOf("openai", known)).toEqual({
    groups: ["fast", "careful"],
    emptied: ["gpt-4"],
    virtualKeys: ["Order assistant"],
    budgets: 0,
    prices: 2,
    calls: 4_120,
    isDefault: false,
  });
  expect(usesOf("anthropic", known)).toMatchObject({ budgets: 1, emptied: [] });
});

test("a name that only begins alike is another platform", () => {
  expect(usesOf("open", known)).toMatchObject({ virtualKeys: [], groups: [], prices: 0 });
  expect(usesOf("loc", known).isDefault).toBe(false);
  expect(usesOf("local", known).isDefault).toBe(true);
});

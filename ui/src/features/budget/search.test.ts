import { expect, test } from "vitest";
import { readBudgetSearch } from "./search";

test("an address names a whole scope or none", () => {
  expect(readBudgetSearch({ scope: "key", id: "vky_1" })).toEqual({ scope: "key", id: "vky_1" });
  expect(readBudgetSearch({ scope: "planet", id: "x" })).toEqual({});
  expect(readBudgetSearch({ scope: "key" })).toEqual({});
  expect(readBudgetSearch({ scope: "key", id: 3 })).toEqual({});
});

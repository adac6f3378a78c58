import { expect, test } from "vitest";
import { isSame, sorted, stateOf } from "./state";

const price = (model: string | null, day: string) => ({
  platform: "acme",
  model,
  valid_from: `${day}T00:00:00Z`,
  is_free: true,
  input_micros: 0,
  output_micros: 0,
  cached_input_micros: null,
  cache_write_micros: null,
});

const all = [
  price("a", "2026-01-01"),
  price("a", "2026-03-01"),
  price("a", "2027-01-01"),
  price(null, "2026-02-01"),
];
const now = Date.parse("2026-06-01T00:00:00Z");

test("the newest price that has begun counts", () => {
  expect(all.map((each) => stateOf(each, all, now))).toEqual([
    "past",
    "current",
    "future",
    "current",
  ]);
});

test("prices stand by model, the newest first", () => {
  expect(sorted(all).map((each) => [each.model, each.valid_from.slice(0, 10)])).toEqual([
    [null, "2026-02-01"],
    ["a", "2027-01-01"],
    ["a", "2026-03-01"],
    ["a", "2026-01-01"],
  ]);
});

test("a moment may be written in two ways", () => {
  const one = price("a", "2026-01-01");
  expect(isSame(one, { ...one, valid_from: "2026-01-01T00:00:00.000Z" })).toBe(true);
  expect(isSame(one, { ...one, model: null })).toBe(false);
});

import { expect, test } from "vitest";
import { ceiling, gapOf, ticks } from "./measure";

test("axes end at round numbers", () => {
  const check = (value: number, expected: number) => expect(ceiling(value)).toBe(expected);
  check(0, 2);
  check(1, 2);
  check(3, 4);
  check(10, 10);
  check(21, 30);
  check(99, 100);
  check(1_234_000, 2_000_000);
});

test("words under the axis are few, with both ends", () => {
  expect(ticks(3, 5)).toEqual([0, 1, 2]);
  expect(ticks(30, 4)).toEqual([0, 10, 19, 29]);
  expect(ticks(0, 4)).toEqual([]);
});

test("columns are left to be seen, however many days there are", () => {
  const widths: Record<string, number> = { "": 0, "gap-px": 1, "gap-px sm:gap-1": 4 };
  const between = (count: number) => (widths[gapOf(count)] ?? Number.NaN) * (count - 1);
  // What a phone, or a page beside the navigation, has for all of them.
  for (const count of [1, 7, 31, 32, 90, 120, 121, 400]) expect(between(count)).toBeLessThan(150);
});

import { expect, test } from "vitest";
import { daysOf, readUsage, type UsageSearch } from "./search";

test("what an address says wrongly is left out", () => {
  expect(readUsage({ group: "planet", range: "7d", from: "soon", measure: 3 })).toEqual({
    range: "7d",
  });
  expect(readUsage({ group: "user", to: "2026-02-03", measure: "calls" })).toEqual({
    group: "user",
    to: "2026-02-03",
    measure: "calls",
  });
});

test("ranges are whole days that end today", () => {
  const now = Date.parse("2026-03-10T23:30:00Z");
  const check = (search: UsageSearch, from: string, to: string) =>
    expect(daysOf(search, now)).toEqual({ from, to });
  check({}, "2026-02-09", "2026-03-10");
  check({ range: "7d" }, "2026-03-04", "2026-03-10");
  check({ range: "month" }, "2026-03-01", "2026-03-10");
  check({ from: "2026-01-01" }, "2026-01-01", "2026-03-10");
  check({ to: "2026-01-30" }, "2026-01-01", "2026-01-30");
  check({ range: "7d", from: "2026-01-05", to: "2026-01-02" }, "2026-01-02", "2026-01-05");
});

import { expect, test } from "vitest";
import { countFilters, readLedger, toCallFilter } from "./ledger";

const now = Date.parse("2026-11-21T10:00:00Z");

test("what an address says is read, and nothing else", () => {
  const read = readLedger({
    agent: " tester ",
    status: "error",
    since: "2026-11-01",
    user: 7,
    x: 1,
  });
  expect(read).toEqual({ agent: "tester", status: "error", since: "2026-11-01" });
  expect(readLedger({ status: "fine", since: "yesterday", span: "9d" })).toEqual({});
  expect(countFilters(read)).toBe(3);
});

test("the last days begin at a day in UTC, today among them", () => {
  const since = (span: "1d" | "7d") => toCallFilter({ span, until: "2026-01-01" }, now);
  expect(since("1d")).toEqual({ since: "2026-11-21", until: undefined });
  expect(since("7d")).toEqual({ since: "2026-11-15", until: undefined });
  expect(toCallFilter({ key: "vky_1", until: "2026-01-01" }, now)).toEqual({
    key: "vky_1",
    until: "2026-01-01",
  });
});

import { describe, expect, test } from "vitest";
import { countFilters, readSearch, toFilter, toggled } from "./filter";

const now = Date.parse("2026-11-21T12:00:00Z");

describe("the address", () => {
  test("is read for what it says", () => {
    expect(readSearch({ status: "paused", q: " x " }).status).toEqual(["paused"]);
    expect(readSearch({ status: ["failed", "running"] }).status).toEqual(["running", "failed"]);
    expect(readSearch({ q: "clinic", since: "24h" })).toMatchObject({ q: "clinic", since: "24h" });
  });

  test("nonsense is left out", () => {
    const search = readSearch({ status: "gone", q: 3, since: "1y", from: "2026-13-45", to: 1 });
    expect(Object.values(search).every((value) => value === undefined)).toBe(true);
    expect(() => toFilter(search, now)).not.toThrow();
  });
});

test("spans end now; days are whole", () => {
  expect(toFilter({ since: "1h" }, now).from).toBe("2026-11-21T11:00:00.000Z");
  expect(toFilter({ since: "1h", from: "2026-01-01" }, now).from).toBe("2026-11-21T11:00:00.000Z");
  const { from, to } = toFilter({ from: "2026-11-01", to: "2026-11-01" }, now);
  expect(Date.parse(to ?? "") - Date.parse(from ?? "")).toBe(86_399_999);
});

test("states are not counted, the others are", () => {
  expect(countFilters({ status: ["failed"], q: "x", since: "1h", project: undefined })).toBe(2);
});

test("states are switched on and off; the last one gone is none", () => {
  expect(toggled(undefined, "failed")).toEqual(["failed"]);
  expect(toggled(["failed"], "running")).toEqual(["failed", "running"]);
  expect(toggled(["failed"], "failed")).toBeUndefined();
});

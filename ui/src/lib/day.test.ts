import { expect, test } from "vitest";
import { readDay } from "./day";

test("only days that there are count as days", () => {
  const check = (value: unknown, expected: string | undefined) =>
    expect(readDay(value), String(value)).toBe(expected);
  check("2026-11-30", "2026-11-30");
  check("2028-02-29", "2028-02-29");
  check("2026-02-29", undefined);
  check("2026-11-31", undefined);
  check("2026-13-45", undefined);
  check("2026-1-1", undefined);
  check("soon", undefined);
  check(20_261_130, undefined);
  check(undefined, undefined);
});

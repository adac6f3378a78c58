import { expect, test } from "vitest";
import { matches } from "./matches";

test("all words must be somewhere, whatever their case", () => {
  const check = (wanted: string, expected: boolean) =>
    expect(matches(wanted, ["Order assistant", null, "openai/*"]), wanted).toBe(expected);
  check("", true);
  check("order", true);
  check("OPENAI order", true);
  check("order anthropic", false);
});

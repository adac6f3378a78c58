import { expect, test } from "vitest";
import { moved } from "./reorder";

test("things are moved and nothing is lost", () => {
  const check = (from: number, to: number, expected: string) =>
    expect(moved([..."abcd"], from, to).join("")).toBe(expected);
  check(0, 2, "bcad");
  check(3, 0, "dabc");
  check(1, 1, "abcd");
  check(0, 9, "bcda");
  check(2, -1, "cabd");
  check(7, 0, "abcd");
});

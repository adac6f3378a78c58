import { expect, test } from "vitest";
import { rereadAfter } from "./reread";

test("the server is asked as often for many pages as for one", () => {
  expect(rereadAfter(4_000, 0)).toBe(4_000);
  expect(rereadAfter(4_000, 1)).toBe(4_000);
  expect(rereadAfter(4_000, 100)).toBe(400_000);
});

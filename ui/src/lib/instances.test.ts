import { expect, test } from "vitest";
import type { Instance } from "@/api/types";
import { tellingOf } from "./instances";

const of = (...statuses: string[]) =>
  statuses.map((status, index) => ({ index, status }) as unknown as Instance);
const shown = (most: number, ...statuses: string[]) =>
  tellingOf(of(...statuses), most).map((each) => each.index);

test("of many instances the failed ones and those at work are shown first, in their order", () => {
  const many = ["completed", "completed", "running", "completed", "failed", "waiting"];
  expect(shown(6, ...many)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(shown(4, ...many)).toEqual([0, 2, 4, 5]);
  expect(shown(2, ...many)).toEqual([2, 4]);
  expect(shown(1, ...many)).toEqual([4]);
});

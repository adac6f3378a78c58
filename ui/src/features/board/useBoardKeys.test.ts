import { expect, test } from "vitest";
import type { WorkItem } from "@/api/types";
import { neighbour } from "./useBoardKeys";

const columns = [["a", "b", "c"], [], ["d"], ["e", "f"]].map((keys) =>
  keys.map((key) => ({ key }) as WorkItem),
);

const check = (key: string, arrow: string, expected: string | null) =>
  expect(neighbour(columns, key, `Arrow${arrow}`)).toBe(expected);

test("up and down stay in the column", () => {
  check("a", "Down", "b");
  check("c", "Down", null);
  check("b", "Up", "a");
  check("a", "Up", null);
});

test("sideways skips empty columns and keeps the height where it can", () => {
  check("a", "Right", "d");
  check("c", "Right", "d");
  check("d", "Right", "e");
  check("f", "Left", "d");
  check("a", "Left", null);
  check("f", "Right", null);
});

test("other keys and unknown cards lead nowhere", () => {
  expect(neighbour(columns, "a", "x")).toBeNull();
  check("nobody", "Down", null);
});

import { expect, test } from "vitest";
import { everyPage } from "./everyPage";

test("pages are read until there is none", async () => {
  const asked: (string | undefined)[] = [];
  const pages: Record<string, { items: number[]; next: string | null }> = {
    first: { items: [1, 2], next: "b" },
    b: { items: [3], next: "c" },
    c: { items: [], next: null },
  };
  const all = await everyPage(async (cursor) => {
    asked.push(cursor);
    return pages[cursor ?? "first"] ?? { items: [], next: null };
  });
  expect(all).toEqual([1, 2, 3]);
  expect(asked).toEqual([undefined, "b", "c"]);
});

test("a list without an end is left at some point", async () => {
  let count = 0;
  const all = await everyPage(async () => {
    count += 1;
    return { items: [count], next: "again" };
  });
  expect(all).toHaveLength(25);
});

import { expect, test } from "vitest";
import { everyPage, firstItems } from "./everyPage";

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

test("the first items are read beyond short pages, and it is known whether there are more", async () => {
  const check = async (pages: number[][], most: number, expected: [number[], boolean]) => {
    const { items, hasMore } = await firstItems(async (cursor) => {
      const at = Number(cursor ?? 0);
      return { items: pages[at] ?? [], next: at + 1 < pages.length ? String(at + 1) : null };
    }, most);
    expect([items, hasMore]).toEqual(expected);
  };
  await check([[1, 2]], 2, [[1, 2], false]);
  await check([[1, 2], [3]], 2, [[1, 2], true]);
  await check([[1, 2, 3]], 2, [[1, 2], true]);
  await check([[], [1], []], 2, [[1], false]);
  await check([[], []], 2, [[], false]);
});

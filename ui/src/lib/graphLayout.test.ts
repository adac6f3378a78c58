import { describe, expect, test } from "vitest";
import { layOut, type PlainEdge, ranksOf } from "./graphLayout";

const size = { width: 100, height: 40, gapAlong: 50, gapAcross: 20 };
const nodes = (ids: string) => [...ids].map((id) => ({ id }));
/** "ab bc" are needs, "c~a" goes back, "a!d" is an error branch. */
const edges = (text: string): PlainEdge[] =>
  text
    .split(" ")
    .filter((each) => each !== "")
    .map((each) => ({
      from: each.at(0) ?? "",
      to: each.at(-1) ?? "",
      kind: each.includes("~") ? "back" : each.includes("!") ? "error" : "need",
    }));

function checkRanks(ids: string, links: string, expected: Record<string, number>) {
  expect(Object.fromEntries(ranksOf(nodes(ids), edges(links)))).toEqual(expected);
}

describe("layers", () => {
  test("are the longest way from the start", () => {
    checkRanks("abcd", "ab ac bd cd", { a: 0, b: 1, c: 1, d: 2 });
    checkRanks("abc", "ab bc ac", { a: 0, b: 1, c: 2 });
  });

  test("back edges do not count, error branches do", () => {
    checkRanks("abc", "ab bc c~a", { a: 0, b: 1, c: 2 });
    checkRanks("ab", "a!b", { a: 0, b: 1 });
  });

  test("edges to nowhere, to oneself and unmarked cycles do not hang", () => {
    checkRanks("ab", "ab ax aa", { a: 0, b: 1 });
    expect(ranksOf(nodes("ab"), edges("ab ba")).size).toBe(2);
  });
});

function overlaps(ids: string, links: string, direction: "across" | "down") {
  const { nodes: placed } = layOut(nodes(ids), edges(links), size, direction);
  return placed.flatMap((a, at) =>
    placed
      .slice(at + 1)
      .filter((b) => Math.abs(a.x - b.x) < size.width && Math.abs(a.y - b.y) < size.height)
      .map((b) => a.id + b.id),
  );
}

describe("places", () => {
  const graphs = [
    ["abcdef", "ab ac ad be ce de ef"],
    ["abcdefgh", "ab bc cd de ae af fg gh eh"],
    ["abcdefgh", ""],
    ["abcde", "ab bc cd de d~b e~a"],
  ] as const;

  test("nodes never lie over each other, in either direction", () => {
    for (const [ids, links] of graphs) {
      expect(overlaps(ids, links, "across"), links).toEqual([]);
      expect(overlaps(ids, links, "down"), links).toEqual([]);
    }
  });

  test("everything stands inside the picture", () => {
    for (const [ids, links] of graphs) {
      const { nodes: placed, width, height } = layOut(nodes(ids), edges(links), size);
      for (const { x, y } of placed) {
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
        expect(x + size.width).toBeLessThanOrEqual(width);
        expect(y + size.height).toBeLessThanOrEqual(height);
      }
    }
  });

  test("a chain is a straight line", () => {
    const { nodes: placed } = layOut(nodes("abc"), edges("ab bc"), size);
    expect(placed.map(({ x, y }) => [x, y])).toEqual([
      [0, 0],
      [150, 0],
      [300, 0],
    ]);
  });

  test("the middle of a diamond stands between its sides", () => {
    const { nodes: placed } = layOut(nodes("abcd"), edges("ab ac bd cd"), size);
    const y = Object.fromEntries(placed.map((node) => [node.id, node.y]));
    expect(y.a).toBe(((y.b ?? 0) + (y.c ?? 0)) / 2);
    expect(y.d).toBe(y.a);
  });

  test("crossings that can be avoided are avoided", () => {
    const { nodes: placed } = layOut(nodes("abcd"), edges("ad bc"), size);
    const y = Object.fromEntries(placed.map((node) => [node.id, node.y]));
    expect(Math.sign((y.a ?? 0) - (y.b ?? 0))).toBe(Math.sign((y.d ?? 0) - (y.c ?? 0)));
  });

  test("an edge back leaves room of its own", () => {
    const plain = layOut(nodes("abc"), edges("ab bc"), size);
    const looped = layOut(nodes("abc"), edges("ab bc c~a"), size);
    expect(looped.height).toBeGreaterThan(plain.height);
    expect(looped.edges.find((edge) => edge.kind === "back")?.path).toContain("H");
  });

  test("nothing gives nothing", () => {
    expect(layOut([], [], size)).toEqual({ nodes: [], edges: [], width: 0, height: 0 });
  });
});

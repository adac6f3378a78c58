import { describe, expect, test, vi } from "vitest";
import { diffLines, fold, sideBySide } from "./diff";

const signs = { same: " ", added: "+", removed: "-" };
const show = (before: string, after: string) =>
  diffLines(before, after).map((line) => signs[line.kind] + line.text);

/** Letters stand for lines. */
const lines = (letters: string) => [...letters].join("\n");

function check(before: string, after: string, expected: string) {
  expect(show(lines(before), lines(after)).join(" "), `${before} to ${after}`).toBe(expected);
}

describe("lines", () => {
  test("added, removed, changed", () => {
    check("abc", "abc", " a  b  c");
    check("abc", "abxc", " a  b +x  c");
    check("abc", "ac", " a -b  c");
    check("abc", "axc", " a -b +x  c");
    check("", "ab", "+a +b");
    check("ab", "", "-a -b");
  });

  test("whatever changed, both texts can be read off it, in the fewest steps", () => {
    const words = ["abcabba", "cbabac", "aaaa", "baab", "", "xyz", "abcdefgh", "hgfedcba"];
    for (const before of words) {
      for (const after of words) {
        const found = diffLines(lines(before), lines(after));
        const read = (without: string) =>
          found
            .filter((line) => line.kind !== without)
            .map((line) => line.text)
            .join("");
        expect(read("added"), `${before} ${after}`).toBe(before);
        expect(read("removed"), `${before} ${after}`).toBe(after);
        const same = found.filter((line) => line.kind === "same").length;
        expect(same, `${before} ${after}`).toBe(longestCommon(before, after));
      }
    }
  });

  test("carry the numbers of both texts", () => {
    const numbers = diffLines("a\nb\nc\n", "a\nx\nc\n").map((line) => [line.before, line.after]);
    expect(numbers).toEqual([
      [1, 1],
      [2, null],
      [null, 2],
      [3, 3],
    ]);
  });

  test("a thousand lines against a thousand others do not take long", () => {
    const text = (from: number) =>
      Array.from({ length: 1_000 }, (_, at) => `line ${from + at}`).join("\n");
    expect(diffLines(text(0), text(500)).length).toBe(1_500);
    expect(diffLines("same\n".repeat(9_000), text(0)).length).toBe(10_000);
  });

  test("texts with nothing in common are not searched through", () => {
    let cells = 0;
    class Counted extends Int32Array {
      constructor(length: number) {
        super(length);
        cells += length;
      }
    }
    vi.stubGlobal("Int32Array", Counted);
    const text = (word: string) => Array.from({ length: 3_000 }, (_, at) => `${word} ${at}`);
    const found = diffLines(text("old").join("\n"), text("new").join("\n"));
    expect(found.map((line) => line.kind).lastIndexOf("removed")).toBe(2_999);
    expect(found).toHaveLength(6_000);
    expect(cells).toBeGreaterThan(1_000);
    expect(cells).toBeLessThan(2_500_000);
  });
});

function longestCommon(a: string, b: string): number {
  if (a === "" || b === "") return 0;
  if (a[0] === b[0]) return 1 + longestCommon(a.slice(1), b.slice(1));
  return Math.max(longestCommon(a.slice(1), b), longestCommon(a, b.slice(1)));
}

test("what was changed stands beside what it was", () => {
  const pairs = sideBySide(diffLines(lines("abcd"), lines("axyd")));
  expect(pairs.map((pair) => [pair.before?.text ?? "", pair.after?.text ?? ""])).toEqual([
    ["a", "a"],
    ["b", "x"],
    ["c", "y"],
    ["d", "d"],
  ]);
});

describe("folding", () => {
  const marked = (text: string) =>
    fold([...text], (each) => each === "!", 1).map(
      (part) => `${part.hidden}:${part.lines.join("")}`,
    );

  test("hides what is far from a change and counts it", () => {
    expect(marked("aaa!bbb")).toEqual(["2:a!b", "2:"]);
    expect(marked("!aaaaa!")).toEqual(["0:!a", "3:a!"]);
    expect(marked("a!")).toEqual(["0:a!"]);
    expect(marked("aaa")).toEqual([]);
  });
});

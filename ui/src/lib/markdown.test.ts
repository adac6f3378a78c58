import { describe, expect, test } from "vitest";
import { type Block, type Inline, parseMarkdown, safeHref } from "./markdown";

/** A short way to write a tree down: p(...) for paragraphs, *x* for emphasis and so on. */
function inline(nodes: Inline[]): string {
  return nodes.map(one).join("");
}

function one(node: Inline): string {
  switch (node.kind) {
    case "text":
      return node.text;
    case "code":
      return `\`${node.text}\``;
    case "break":
      return "<br>";
    case "link":
      return `[${inline(node.children)}→${node.href}]`;
    case "strong":
      return `**${inline(node.children)}**`;
    case "emphasis":
      return `*${inline(node.children)}*`;
    case "deleted":
      return `~${inline(node.children)}~`;
  }
}

function show(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return `p(${inline(block.children)})`;
    case "heading":
      return `h${block.level}(${inline(block.children)})`;
    case "code":
      return `code(${block.text})`;
    case "quote":
      return `quote(${block.children.map(show).join("")})`;
    case "list":
      return `${block.ordered ? `ol${block.start}` : "ul"}(${block.items
        .map((item) => item.map(show).join(""))
        .join("|")})`;
    case "table":
      return `table(${[block.head, ...block.rows].map((row) => row.map(inline).join(",")).join("|")})`;
    case "rule":
      return "rule";
  }
}

function check(text: string, expected: string) {
  expect(parseMarkdown(text).map(show).join(""), text).toBe(expected);
}

describe("blocks", () => {
  test("are told apart", () => {
    check("# Title\nText", "h1(Title)p(Text)");
    check("one\ntwo\n\nthree", "p(one\ntwo)p(three)");
    check("```rust\nlet a;\n```\nafter", "code(let a;)p(after)");
    check("```\nnever closed", "code(never closed)");
    check("> quoted\n> more", "quote(p(quoted\nmore))");
    check("---", "rule");
    check("| a | b |\n|---|:-:|\n| 1 | 2 |", "table(a,b|1,2)");
  });

  test("lists hold lists", () => {
    check("- a\n- b", "ul(p(a)|p(b))");
    check("3. a\n4. b", "ol3(p(a)|p(b))");
    check("- a\n  - b\n- c", "ul(p(a)ul(p(b))|p(c))");
    check("- a\n\ntext", "ul(p(a))p(text)");
  });
});

describe("inside a line", () => {
  test("marks are read", () => {
    check("**bold** and *thin* and `code`", "p(**bold** and *thin* and `code`)");
    check("~~gone~~ _low_ snake_case_word 2*3*4", "p(~gone~ *low* snake_case_word 2*3*4)");
    check("a  \nb", "p(a<br>b)");
    check("\\*not\\*", "p(*not*)");
    check("`**x**`", "p(`**x**`)");
  });

  test("links lead to safe places only", () => {
    check("[a](https://x.org)", "p([a→https://x.org])");
    check("[a](/executions/1)", "p([a→/executions/1])");
    check("[a](javascript:alert)", "p(a)");
    check("[a](data:text/html,x)", "p(a)");
    check("[a](//evil.org)", "p(a)");
    check("see https://x.org/a.", "p(see [https://x.org/a→https://x.org/a].)");
  });

  test("HTML stays text and images are not loaded", () => {
    check("<b>x</b><script>alert(1)</script>", "p(<b>x</b><script>alert(1)</script>)");
    check("![pixel](https://x.org/p.png)", "p([pixel→https://x.org/p.png])");
  });
});

test("addresses are judged by how they begin", () => {
  expect(safeHref("JaVaScRiPt:alert(1)")).toBeNull();
  expect(safeHref("/\\evil.org")).toBeNull();
  expect(safeHref("mailto:a@b.org")).toBe("mailto:a@b.org");
});

test("hostile text comes to an end", () => {
  for (const text of [
    "*".repeat(4_000),
    "> ".repeat(3_000),
    "[".repeat(4_000),
    "`".repeat(4_001),
  ]) {
    expect(parseMarkdown(text).length).toBeGreaterThan(0);
  }
});

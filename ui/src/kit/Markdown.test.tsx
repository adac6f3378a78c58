import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { Markdown } from "./Markdown";

const show = (text: string) => render(<Markdown text={text} />).container;

test("what people and models write becomes elements, HTML stays text", () => {
  const shown = show(
    "# Title\n\n<img src=x onerror=alert(1)> **bold**\n\n<script>alert(1)</script>\n\n![p](https://x.org/p.png)",
  );
  expect(shown.querySelector("img, script")).toBeNull();
  expect(shown.querySelector("strong")?.textContent).toBe("bold");
  expect(shown.textContent).toContain("<script>alert(1)</script>");
});

test("a title in a message is no heading of the page", () => {
  expect(show("# Title").querySelector("h1, h2")).toBeNull();
});

test("other sites open without knowing where one came from", () => {
  const link = show("[a](https://x.org)").querySelector("a");
  expect([link?.target, link?.rel]).toEqual(["_blank", "noreferrer noopener"]);
  const own = show("[a](/executions/1)").querySelector("a");
  expect(own?.target).toBe("");
  expect(show("[a](javascript:alert(1))").querySelector("a")).toBeNull();
});

// What goes to paper: the page alone, all of it, and dark on light.
import { readFileSync } from "node:fs";
import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { renderApp } from "@/mocks/renderApp";

test("a page is printed whole and without the navigation", async () => {
  renderApp("/admin/usage");
  await screen.findByRole("heading", { name: "Usage and cost" });
  const main = screen.getByRole("main");
  expect(main.className).toContain("print:overflow-visible");
  expect(main.parentElement?.parentElement?.className).toContain("print:h-auto");
  for (const nav of screen.getAllByRole("navigation", { name: "Main" })) {
    expect(nav.className).toContain("print:hidden");
  }
});

test("dark colours are for screens", () => {
  const styles = readFileSync("src/app/styles.css", "utf8");
  expect(styles).toMatch(/@media screen \{\s*:root\[data-theme="dark"\] \{/);
  expect(styles.split('data-theme="dark"')).toHaveLength(2);
});

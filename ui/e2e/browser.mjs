// What every browser script here needs: a quiet chromium, pages that remember what went wrong on
// them, and axe.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Collects console errors, page errors and requests to other places; `allow` drops expected ones. */
export function watch(page, base, allow = () => false) {
  const troubles = [];
  const add = (text) => {
    if (!allow(text)) troubles.push(text);
  };
  page.on("console", (message) => {
    if (message.type() === "error") add(`console: ${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => add(`page error: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(data|blob):/.test(url) && new URL(url).origin !== new URL(base).origin) {
      add(`external request: ${url}`);
    }
  });
  return troubles;
}

/** WCAG 2.2 A and AA violations of the page as it is now, one line each. */
export async function axe(page) {
  await page.evaluate(async () => {
    const running = document.getAnimations().filter((each) => {
      const { iterations } = each.effect?.getComputedTiming() ?? {};
      return iterations !== Number.POSITIVE_INFINITY;
    });
    await Promise.allSettled(running.map((each) => each.finished));
  });
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { violations: found } = await globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return found.map((each) => ({
      rule: `${each.id} (${each.impact})`,
      // Menus open outside the landmarks, as menus do everywhere; their role says what they are.
      nodes: each.nodes
        .filter((node) => each.id !== "region" || !node.target.join().includes("popper"))
        .map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`),
    }));
  });
  return violations
    .filter((each) => each.nodes.length > 0)
    .map((each) => `${each.rule}: ${each.nodes.slice(0, 3).join(" | ")}`);
}

/** How far something that should only scroll downwards can be scrolled sideways. */
export function sideways(page) {
  return page.evaluate(() => {
    const roots = [document.documentElement, ...document.querySelectorAll("main, [role=dialog]")];
    return Math.max(...roots.map((root) => root.scrollWidth - root.clientWidth));
  });
}

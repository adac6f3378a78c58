import { readdirSync, readFileSync } from "node:fs";
import i18next from "i18next";
import { expect, test } from "vitest";
import en from "@/locales/en.json";
import { Problem } from "./problem";
import { problemLine, problemText } from "./problemText";

const crates = "../crates";

/** Every stable word that the server's code answers with. */
function codes(): Set<string> {
  const files = readdirSync(crates, { recursive: true, encoding: "utf8" }).filter((path) =>
    /^\w+\/src\/.*\.rs$/.test(path),
  );
  const text = (path: string) => readFileSync(`${crates}/${path}`, "utf8");
  const words = (from: string, pattern: RegExp) =>
    [...from.matchAll(pattern)].flatMap((found) => found[1] ?? []);
  const own = words(
    files.map(text).join("\n"),
    /(?:StatusCode::\w+,|unavailable\()\s*"([a-z_]+)"/g,
  );
  const [, named = ""] = text("llm/src/error.rs").split("fn code(");
  const providers = words(named, /Self::\w+(?: \{ \.\. \})? => "([a-z_]+)"/g);
  const denials = words(text("llm/src/denial.rs"), /Self::\w+ => "([a-z_]+)"/g);
  expect(own.length).toBeGreaterThan(20);
  expect(providers.length).toBeGreaterThan(10);
  expect(denials.length).toBeGreaterThan(4);
  return new Set([...own, ...providers, ...denials]);
}

test("every code of the server has a text, and no text is left over", () => {
  expect(Object.keys(en.problem).sort()).toEqual([...codes()].sort());
});

test("English is told in the server's words, other languages with them beneath", () => {
  const t = i18next.getFixedT("en");
  const told = (code: string, language: string) =>
    problemText(new Problem(409, code, "the card was moved"), t, language);
  expect(told("conflict", "en")).toEqual({ text: "the card was moved", detail: null });
  expect(told("conflict", "de").detail).toBe("the card was moved");
  expect(told("conflict", "de").text).not.toBe("the card was moved");
  expect(told("news_to_us", "de")).toEqual({ text: "the card was moved", detail: null });
  expect(problemLine(new Problem(0, "offline", "Failed to fetch"), t, "de")).not.toContain("fetch");
});

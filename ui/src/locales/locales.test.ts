// Every string is translated, every translation is used, and every language has its plural forms.
import { describe, expect, test } from "vitest";
import ar from "./ar.json";
import de from "./de.json";
import en from "./en.json";
import es from "./es.json";
import fr from "./fr.json";

const sources = import.meta.glob<string>("../**/*.{ts,tsx}", {
  eager: true,
  query: "?raw",
  import: "default",
});
const code = Object.entries(sources)
  .filter(([path]) => !/\.test\.|\/mocks\/|schema\.ts/.test(path))
  .map(([, text]) => text)
  .join("\n");

type Tree = { [name: string]: string | Tree };

const flat = (tree: Tree, prefix = ""): [string, string][] =>
  Object.entries(tree).flatMap(([name, value]) =>
    typeof value === "string"
      ? [[prefix + name, value] as [string, string]]
      : flat(value, `${prefix}${name}.`),
  );

const plural = /_(zero|one|two|few|many|other)$/;
const english = new Map(flat(en as Tree));
const others = Object.entries({ ar, de, es, fr }).map(
  ([locale, tree]) => [locale, new Map(flat(tree as Tree))] as const,
);
const bases = new Set([...english.keys()].map((key) => key.replace(plural, "")));

/** "item.title" in quotes, or the fixed ends of `kind.${each}`. */
const literals = new Set([...code.matchAll(/["`]([a-zA-Z]+(?:\.[\w]+)+)["`]/g)].map((m) => m[1]));
const patterns = [...code.matchAll(/`([a-zA-Z]+\.[\w.]*)\$\{[^}]+\}([\w.]*)`/g)].map(
  (found) => new RegExp(`^${found[1]}\\w+${found[2]}$`),
);
// <Trans i18nKey="…"> is a literal like any other.
const isUsed = (key: string) => literals.has(key) || patterns.some((pattern) => pattern.test(key));

describe("locales", () => {
  test("the sources were found", () => {
    expect(Object.keys(sources).length).toBeGreaterThan(100);
    expect(literals.size).toBeGreaterThan(200);
  });

  test("every key in the code has a text", () => {
    const asked = [...code.matchAll(/\bt\(\s*"([^"]+)"/g)].map((found) => found[1] ?? "");
    expect(asked.length).toBeGreaterThan(200);
    expect(asked.filter((key) => !bases.has(key))).toEqual([]);
  });

  test("every text is used", () => {
    expect([...bases].filter((key) => !isUsed(key))).toEqual([]);
  });

  test("every language has exactly the keys of English", () => {
    for (const [locale, texts] of others) {
      const own = new Set([...texts.keys()].map((key) => key.replace(plural, "")));
      expect(
        [...bases].filter((key) => !own.has(key)),
        locale,
      ).toEqual([]);
      expect(
        [...own].filter((key) => !bases.has(key)),
        locale,
      ).toEqual([]);
    }
  });

  test("counted texts have every plural form of their language", () => {
    for (const [locale, texts] of [["en", english] as const, ...others]) {
      const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
      const counted = [...texts.keys()].filter((key) => plural.test(key));
      for (const base of new Set(counted.map((key) => key.replace(plural, "")))) {
        expect(
          forms.filter((form) => !texts.has(`${base}_${form}`)),
          `${locale} ${base}`,
        ).toEqual([]);
      }
    }
  });

  test("translations speak of the same things", () => {
    const names = (text: string) =>
      [...text.matchAll(/\{\{(\w+)|<(\w+)>/g)].map((found) => found[1] ?? found[2]).sort();
    for (const [locale, texts] of others) {
      for (const [key, text] of texts) {
        if (plural.test(key)) continue;
        expect(names(text), `${locale} ${key}`).toEqual(names(english.get(key) ?? ""));
      }
    }
  });

  test("no text is empty", () => {
    for (const texts of [english, ...others.map(([, each]) => each)]) {
      for (const [key, text] of texts) expect(text.trim(), key).not.toBe("");
    }
  });
});

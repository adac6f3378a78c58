// The texts of the product, so that a script can find a button in any language.
import { readFileSync } from "node:fs";

/** "workflow.start" in this language; `{{name}}` is filled in. */
export function wordsOf(locale) {
  const file = new URL(`../src/locales/${locale}.json`, import.meta.url);
  const texts = JSON.parse(readFileSync(file, "utf8"));
  return (key, values = {}) => {
    const text = key.split(".").reduce((tree, part) => tree?.[part], texts);
    if (typeof text !== "string") throw new Error(`there is no text "${key}" in ${locale}`);
    return text.replace(/\{\{(\w+)[^}]*\}\}/g, (_, name) => values[name] ?? "");
  };
}

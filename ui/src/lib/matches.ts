// Searching what is on the page. Pure.

/** Whether all words are somewhere in the texts. */
export function matches(wanted: string, texts: (string | null | undefined)[]): boolean {
  const all = texts.join(" ").toLocaleLowerCase();
  return wanted
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

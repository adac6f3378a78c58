/** A short key from a name: "Clinic booking" → CLINIC. Empty when the name has no Latin letters. */
export function suggestKey(name: string): string {
  const words = name
    .normalize("NFKD")
    .toUpperCase()
    .replace(/[^A-Z0-9 ]/g, "")
    .split(" ")
    .filter((word) => /^[A-Z]/.test(word));
  const [first = ""] = words;
  if (first.length >= 3 || words.length < 2) return first.slice(0, 8);
  return words
    .map((word) => word[0])
    .join("")
    .slice(0, 8);
}

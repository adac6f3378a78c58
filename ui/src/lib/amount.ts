// Money and counts as people type them. Pure; exact, because money is never a floating number.

const digits: Record<string, string> = Object.fromEntries(
  ["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"].flatMap((row) =>
    [...row].map((digit, value) => [digit, String(value)]),
  ),
);

/** A number as machines write it, from one that may be written in the digits of Arabic or Persian. */
export const latinNumber = (text: string): string =>
  text.replace(/[٠-٩۰-۹]/g, (digit) => digits[digit] ?? digit).replace(/٫/g, ".");

const plain = (text: string) => latinNumber(text).replace(/[\s$_\u00a0\u202f\u066c'’]/g, "");

/**
 * Dollars as typed, in micro-dollars: `12.5`, `12,50`, `0,125` and `1,234.50` are understood. Null
 * when it is no amount or finer than a micro-dollar.
 */
export function toMicros(text: string): number | null {
  let amount = plain(text);
  // A comma is a decimal sign unless it parts thousands; no thousands follow a nought.
  if (/^[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(amount)) amount = amount.replaceAll(",", "");
  else amount = amount.replace(",", ".");
  const parts = /^(\d{1,9})(?:\.(\d{0,6})0*)?$/.exec(amount);
  if (!parts) return null;
  return Number(`${parts[1]}${(parts[2] ?? "").padEnd(6, "0")}`);
}

/** Micro-dollars as they stand in a field: no sign, no needless zeros. */
export function fromMicros(micros: number | null): string {
  if (micros === null) return "";
  const rest = String(micros % 1_000_000).padStart(6, "0");
  const fraction = rest.replace(/0+$/, "");
  const whole = String(Math.floor(micros / 1_000_000));
  return fraction === "" ? whole : `${whole}.${fraction.padEnd(2, "0")}`;
}

/** A whole number as typed, with or without marks between thousands. Null when it is none. */
export function toCount(text: string): number | null {
  const count = plain(text).replace(/[.,](?=\d{3}(?:\D|$))/g, "");
  return /^\d{1,12}$/.test(count) ? Number(count) : null;
}

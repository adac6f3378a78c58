/** A day as addresses hold it, `2026-11-30`; undefined for all else, the 31st of November too. */
export function readDay(value: unknown): string | undefined {
  const text = String(value);
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time)) return undefined;
  return new Date(time).toISOString().startsWith(text) ? text : undefined;
}

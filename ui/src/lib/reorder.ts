/** The list with one thing taken out and put in elsewhere. Pure. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  const [taken] = next.splice(from, 1);
  if (taken === undefined) return next;
  next.splice(Math.min(Math.max(to, 0), next.length), 0, taken);
  return next;
}

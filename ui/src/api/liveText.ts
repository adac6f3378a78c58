// What models are writing right now, by step and instance. Live-only: it is never replayed, so
// losing it loses nothing.
export type LiveText = Record<string, string>;

const longest = 8_000;

export const liveKey = (step: string, instance: number) => `${step}#${instance}`;

/** Adds a streamed piece; a new call (or attempt) starts the text over. */
export function addDelta(text: LiveText, json: string, isNewCall = false): LiveText {
  let piece: { step?: unknown; instance?: unknown; text?: unknown };
  try {
    piece = JSON.parse(json);
  } catch {
    return text;
  }
  if (typeof piece.step !== "string") return text;
  const key = liveKey(piece.step, typeof piece.instance === "number" ? piece.instance : 0);
  if (isNewCall) return { ...text, [key]: "" };
  const added = typeof piece.text === "string" ? piece.text : "";
  return { ...text, [key]: ((text[key] ?? "") + added).slice(-longest) };
}

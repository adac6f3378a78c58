// What happens when the money of a budget does not suffice. Pure.
export const actions = ["stop", "pause", "fallback"] as const;
export type Action = (typeof actions)[number];

/** `fallback:openai/gpt-4.1-mini` is two answers in one text. */
export function readAction(onExceeded: string): { action: Action; model: string } {
  if (onExceeded.startsWith("fallback:")) {
    return { action: "fallback", model: onExceeded.slice("fallback:".length) };
  }
  return { action: onExceeded === "pause" ? "pause" : "stop", model: "" };
}

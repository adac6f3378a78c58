// Inputs of a trigger as people type them: a JSON object, or nothing. Pure.
export type InputsRead =
  | { inputs: Record<string, unknown> | undefined; isWrong: false }
  | { inputs: undefined; isWrong: true };

export function readInputs(text: string): InputsRead {
  if (text.trim() === "") return { inputs: undefined, isWrong: false };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { inputs: value as Record<string, unknown>, isWrong: false };
    }
  } catch {
    // What is not JSON is wrong like what is no object.
  }
  return { inputs: undefined, isWrong: true };
}

import { useRef } from "react";

/** The highest value seen for `id`: a progress bar that never goes back. */
export function useRising(id: string, value: number): number {
  const seen = useRef({ id, value });
  if (seen.current.id !== id) seen.current = { id, value };
  seen.current.value = Math.max(seen.current.value, value);
  return seen.current.value;
}

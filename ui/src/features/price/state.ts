// Which of several prices for the same model counts. Pure.
import type { ModelPrice } from "@/api/gateway";

export type PriceState = "current" | "future" | "past";

const isFor = (one: ModelPrice, other: ModelPrice) =>
  one.platform === other.platform && one.model === other.model;

export const isSame = (one: ModelPrice, other: ModelPrice) =>
  isFor(one, other) && Date.parse(one.valid_from) === Date.parse(other.valid_from);

export function stateOf(price: ModelPrice, all: readonly ModelPrice[], now: number): PriceState {
  const from = Date.parse(price.valid_from);
  if (from > now) return "future";
  const isReplaced = all.some((other) => {
    const later = Date.parse(other.valid_from);
    return isFor(price, other) && later > from && later <= now;
  });
  return isReplaced ? "past" : "current";
}

/** By platform and model, the newest first. */
export const sorted = (prices: readonly ModelPrice[]): ModelPrice[] =>
  [...prices].sort(
    (one, other) =>
      one.platform.localeCompare(other.platform) ||
      (one.model ?? "").localeCompare(other.model ?? "") ||
      Date.parse(other.valid_from) - Date.parse(one.valid_from),
  );

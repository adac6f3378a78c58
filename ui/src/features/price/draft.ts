// The form of one price. Pure.
import type { ModelPrice } from "@/api/gateway";
import { fromMicros, toMicros } from "@/lib/amount";
import { moment } from "./csv";

export interface PriceDraft {
  platform: string;
  model: string;
  day: string;
  isFree: boolean;
  input: string;
  output: string;
  cachedInput: string;
  cacheWrite: string;
}

export type Fault = "required" | "amount";

export function draftOf(given: Partial<ModelPrice>, today: Date): PriceDraft {
  return {
    platform: given.platform ?? "",
    model: given.model ?? "",
    day: today.toISOString().slice(0, 10),
    isFree: given.is_free ?? false,
    input: given.is_free ? "" : fromMicros(given.input_micros ?? null),
    output: given.is_free ? "" : fromMicros(given.output_micros ?? null),
    cachedInput: fromMicros(given.cached_input_micros ?? null),
    cacheWrite: fromMicros(given.cache_write_micros ?? null),
  };
}

export function readDraft(draft: PriceDraft): {
  price: ModelPrice;
  faults: Partial<Record<string, Fault>>;
} {
  const faults: Partial<Record<string, Fault>> = {};
  if (draft.platform.trim() === "") faults.platform = "required";
  const valid_from = moment(draft.day);
  if (valid_from === null) faults.valid_from = "required";
  const amount = (field: string, text: string) => {
    if (draft.isFree || text.trim() === "") return null;
    const micros = toMicros(text);
    if (micros === null) faults[field] = "amount";
    return micros;
  };
  const input = amount("input_micros", draft.input) ?? 0;
  const output = amount("output_micros", draft.output) ?? 0;
  const isEmpty = input === 0 && output === 0 && !faults.input_micros && !faults.output_micros;
  if (!draft.isFree && isEmpty) faults.input_micros = "required";
  return {
    price: {
      platform: draft.platform.trim(),
      model: draft.model.trim() || null,
      valid_from: valid_from ?? "",
      is_free: draft.isFree,
      input_micros: input,
      output_micros: output,
      cached_input_micros: amount("cached_input_micros", draft.cachedInput),
      cache_write_micros: amount("cache_write_micros", draft.cacheWrite),
    },
    faults,
  };
}

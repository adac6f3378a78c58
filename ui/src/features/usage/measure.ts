// What of a line is looked at. Pure.
import type { UsageLine } from "@/api/gateway";
import type { Formats } from "@/lib/format";
import type { Measure } from "./search";

export function amountOf(line: UsageLine, measure: Measure): number {
  switch (measure) {
    case "cost":
      return line.cost_micros;
    case "calls":
      return line.calls;
    case "tokens":
      return line.input_tokens + line.output_tokens;
  }
}

export function shownValue(value: number, measure: Measure, formats: Formats): string {
  return measure === "cost" ? formats.money(value) : formats.number(value);
}

/** The end of an axis: the next round number of which half is a whole one. */
export function ceiling(value: number): number {
  if (value <= 10) return Math.max(2, value + (value % 2));
  const size = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 3, 4, 5, 10].find((each) => each * size >= value) ?? 10;
  return step * size;
}

/** Places of the words under the axis: not more than fit, the first and the last among them. */
export function ticks(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  const step = (count - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => Math.round(index * step));
}

/** The room between columns: the more there are, the less, or nothing would be left of them. */
export function gapOf(count: number): string {
  if (count > 120) return "";
  return count > 31 ? "gap-px" : "gap-px sm:gap-1";
}

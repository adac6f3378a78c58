// A table of prices as a file with commas, read before it is sent. The rules are the server's. Pure.
import type { ModelPrice } from "@/api/gateway";

export const columns = [
  "platform",
  "model",
  "valid_from",
  "is_free",
  "input_micros",
  "output_micros",
  "cached_input_micros",
  "cache_write_micros",
] as const;
type Column = (typeof columns)[number];

export type RowFault = "platform" | "date" | "amount" | "isFree" | "noAmount" | "freeAmount";

export interface PriceRow {
  /** In the file, from 1. */
  line: number;
  cells: Record<Column, string>;
  price: ModelPrice | null;
  fault: RowFault | null;
  /** The column that is wrong. */
  at: Column | null;
}

export type PriceTable =
  | { rows: PriceRow[]; fault: null }
  | { rows: []; fault: "empty" | "columns" | "tooMany"; detail: string };

const most = 5_000;
const dearest = 1_000_000_000_000;

/** The fields of a line; one in quotes may hold commas, and two quotes mean one. */
export function fields(line: string): string[] {
  const found = [""];
  let isQuoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at] as string;
    const last = found.length - 1;
    if (letter === '"' && isQuoted && line[at + 1] === '"') {
      found[last] += '"';
      at += 1;
    } else if (letter === '"') isQuoted = !isQuoted;
    else if (letter === "," && !isQuoted) found.push("");
    else found[last] += letter;
  }
  return found.map((field) => field.trim());
}

/** A day, or a moment, as the API writes it; null when it is neither. */
export function moment(text: string): string | null {
  const full = text.length === 10 ? `${text}T00:00:00Z` : text;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(full)) return null;
  const time = Date.parse(full);
  return Number.isNaN(time) ? null : full;
}

function readRow(cells: Record<Column, string>): Omit<PriceRow, "line" | "cells"> {
  const wrong = (fault: RowFault, at: Column) => ({ price: null, fault, at });
  if (cells.platform === "") return wrong("platform", "platform");
  const valid_from = moment(cells.valid_from);
  if (valid_from === null) return wrong("date", "valid_from");
  const yes = ["true", "1", "yes"].includes(cells.is_free);
  if (!yes && !["", "false", "0", "no"].includes(cells.is_free)) return wrong("isFree", "is_free");
  const amounts = {
    input_micros: 0,
    output_micros: 0,
    cached_input_micros: null as number | null,
    cache_write_micros: null as number | null,
  };
  for (const name of [
    "input_micros",
    "output_micros",
    "cached_input_micros",
    "cache_write_micros",
  ] as const) {
    if (cells[name] === "") continue;
    if (!/^\d+$/.test(cells[name]) || Number(cells[name]) > dearest) return wrong("amount", name);
    amounts[name] = Number(cells[name]);
  }
  const hasAmount = amounts.input_micros > 0 || amounts.output_micros > 0;
  if (yes && hasAmount) return wrong("freeAmount", "is_free");
  if (!yes && !hasAmount) return wrong("noAmount", "input_micros");
  const price = {
    platform: cells.platform,
    model: cells.model || null,
    valid_from,
    is_free: yes,
    ...amounts,
  };
  return { price, fault: null, at: null };
}

/** Reads a table whose first line names its columns. */
export function readPrices(text: string): PriceTable {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const heading = fields(lines[0] ?? "").map((name) => name.toLowerCase());
  const unknown = heading.find((name) => !columns.some((column) => column === name));
  if (text.trim() === "") return { rows: [], fault: "empty", detail: "" };
  if (unknown !== undefined) return { rows: [], fault: "columns", detail: unknown };
  const missing = ["platform", "valid_from"].find((name) => !heading.includes(name));
  if (missing) return { rows: [], fault: "columns", detail: missing };
  const rows: PriceRow[] = [];
  lines.slice(1).forEach((line, index) => {
    if (line.trim() === "") return;
    const found = fields(line);
    const cells = Object.fromEntries(
      columns.map((column) => {
        const place = heading.indexOf(column);
        return [column, place < 0 ? "" : (found[place] ?? "")];
      }),
    ) as Record<Column, string>;
    rows.push({ line: index + 2, cells, ...readRow(cells) });
  });
  if (rows.length === 0) return { rows: [], fault: "empty", detail: "" };
  if (rows.length > most) return { rows: [], fault: "tooMany", detail: String(rows.length) };
  return { rows, fault: null };
}

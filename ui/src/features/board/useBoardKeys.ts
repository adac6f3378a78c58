import { type KeyboardEvent, useState } from "react";
import type { WorkItem } from "@/api/types";

export interface CardKeys {
  /** The one card that Tab reaches; arrows lead to the others. */
  active: string | null;
  onFocus: (key: string) => void;
  onKeyDown: (event: KeyboardEvent, key: string) => void;
}

export function useBoardKeys(columns: WorkItem[][]): CardKeys {
  const [focused, setFocused] = useState<string | null>(null);
  const all = columns.flat();
  const active = all.some((item) => item.key === focused) ? focused : (all[0]?.key ?? null);

  function onKeyDown(event: KeyboardEvent, key: string) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isRtl = document.documentElement.dir === "rtl";
    const next = neighbour(columns, key, isRtl ? mirrored(event.key) : event.key);
    if (!next) return;
    event.preventDefault();
    focusCard(next);
  }

  return { active, onFocus: setFocused, onKeyDown };
}

const mirrored = (key: string) =>
  key === "ArrowLeft" ? "ArrowRight" : key === "ArrowRight" ? "ArrowLeft" : key;

/** The card that an arrow key leads to; sideways skips empty columns. */
export function neighbour(columns: WorkItem[][], key: string, arrow: string): string | null {
  const x = columns.findIndex((items) => items.some((item) => item.key === key));
  const column = columns[x];
  if (!column) return null;
  const y = column.findIndex((item) => item.key === key);
  if (arrow === "ArrowUp") return column[y - 1]?.key ?? null;
  if (arrow === "ArrowDown") return column[y + 1]?.key ?? null;
  if (arrow === "Home") return column[0]?.key ?? null;
  if (arrow === "End") return column.at(-1)?.key ?? null;
  const step = arrow === "ArrowLeft" ? -1 : arrow === "ArrowRight" ? 1 : 0;
  if (step === 0) return null;
  for (let at = x + step; columns[at]; at += step) {
    const items = columns[at] ?? [];
    const there = items[Math.min(y, items.length - 1)];
    if (there) return there.key;
  }
  return null;
}

/** Focuses a card once React has put it where it belongs. */
export function focusCard(key: string) {
  requestAnimationFrame(() => {
    const card = document.querySelector<HTMLElement>(`[data-card="${CSS.escape(key)}"]`);
    card?.focus();
    card?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
}

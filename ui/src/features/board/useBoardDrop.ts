import { monitorForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { extractClosestEdge } from "@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge";
import { useEffect, useRef } from "react";
import type { Board, Move } from "@/api/types";
import { findItem, moveToColumn } from "@/lib/board";
import type { MoveOrder } from "./useMove";

/** Turns a drop into a move. */
export function useBoardDrop(board: Board, move: (order: MoveOrder) => void) {
  const latest = useRef({ board, move });
  latest.current = { board, move };
  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => source.data.kind === "card",
        onDrop: ({ source, location }) => {
          const key = String(source.data.key);
          const targets = location.current.dropTargets;
          const column = targets.find((target) => target.data.kind === "column")?.data.column;
          if (typeof column !== "string") return;
          const card = targets.find((target) => target.data.kind === "card");
          const order = toMove(latest.current.board, key, column, card?.data ?? null);
          if (order) latest.current.move({ key, move: order });
        },
      }),
    [],
  );
}

function toMove(
  board: Board,
  key: string,
  column: string,
  card: Record<string | symbol, unknown> | null,
): Move | null {
  if (card) {
    const other = String(card.key);
    return extractClosestEdge(card) === "top"
      ? { column, before: other }
      : { column, after: other };
  }
  const move = moveToColumn(board, key, column);
  // Dropped on the empty part of the column where it already is the last card.
  const isThere = findItem(board, key)?.column === column;
  const items = board.columns.find((each) => each.name === column)?.items ?? [];
  return isThere && items.at(-1)?.key === key ? null : move;
}

// The board as a value: what live events and moves do to it. Pure; the server has the last word.
import type { Board, BoardColumn, Move, WorkItem } from "@/api/types";

export function findItem(board: Board, key: string): WorkItem | undefined {
  for (const column of board.columns) {
    const item = column.items.find((each) => each.key === key);
    if (item) return item;
  }
  return board.epics.find((epic) => epic.key === key);
}

/** Adds or replaces an item; older news about it than we already have changes nothing. */
export function putItem(board: Board, item: WorkItem): Board {
  const known = findItem(board, item.key);
  if (known && known.version > item.version) return board;
  if (item.kind === "epic") {
    const epics = known
      ? board.epics.map((epic) => (epic.key === item.key ? item : epic))
      : [...board.epics, item];
    return { ...board, epics };
  }
  if (known && known.column === item.column && known.kind !== "epic") {
    return eachColumn(board, (column) => ({
      ...column,
      items: column.items.map((each) => (each.key === item.key ? item : each)),
    }));
  }
  return eachColumn(removeItem(board, item.key), (column) =>
    column.name === item.column ? { ...column, items: [...column.items, item] } : column,
  );
}

export function removeItem(board: Board, key: string): Board {
  const rest = eachColumn(board, (column) =>
    column.items.some((item) => item.key === key)
      ? { ...column, items: column.items.filter((item) => item.key !== key) }
      : column,
  );
  return board.epics.some((epic) => epic.key === key)
    ? { ...rest, epics: rest.epics.filter((epic) => epic.key !== key) }
    : rest;
}

/** What the board looks like once the server has carried out `move`. */
export function applyMove(board: Board, key: string, move: Move): Board {
  const item = findItem(board, key);
  if (!item || item.kind === "epic") return board;
  return eachColumn(removeItem(board, key), (column) => {
    if (column.name !== move.column) return column;
    const items = [...column.items];
    items.splice(indexFor(items, move), 0, { ...item, column: move.column });
    return { ...column, items };
  });
}

function indexFor(items: WorkItem[], move: Move): number {
  const before = items.findIndex((item) => item.key === move.before);
  if (before >= 0) return before;
  const after = items.findIndex((item) => item.key === move.after);
  return after >= 0 ? after + 1 : items.length;
}

/** To the end of a column, said relative to its last card so that nobody has to guess. */
export function moveToColumn(board: Board, key: string, column: string): Move {
  const items = itemsOf(board, column).filter((item) => item.key !== key);
  const last = items.at(-1);
  return last ? { column, after: last.key } : { column };
}

/** One place up or down in its own column; null at the edge. */
export function moveBy(board: Board, key: string, by: -1 | 1): Move | null {
  const item = findItem(board, key);
  if (!item) return null;
  const items = itemsOf(board, item.column);
  const neighbour = items[items.findIndex((each) => each.key === key) + by];
  if (!neighbour) return null;
  return by < 0
    ? { column: item.column, before: neighbour.key }
    : { column: item.column, after: neighbour.key };
}

export const itemsOf = (board: Board, column: string): WorkItem[] =>
  board.columns.find((each) => each.name === column)?.items ?? [];

export const itemsMadeBy = (board: Board, executionId: string): WorkItem[] =>
  [...board.epics, ...board.columns.flatMap((column) => column.items)].filter(
    (item) => item.origin?.execution_id === executionId,
  );

function eachColumn(board: Board, change: (column: BoardColumn) => BoardColumn): Board {
  return { ...board, columns: board.columns.map(change) };
}

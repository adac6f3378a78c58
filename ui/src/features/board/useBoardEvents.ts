import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { EventMessage } from "@/api/eventParser";
import { keys } from "@/api/keys";
import { boardEvents } from "@/api/projects";
import type { Board, WorkItem } from "@/api/types";
import { useEvents } from "@/api/useEvents";
import { findItem, putItem, removeItem } from "@/lib/board";

const staggerMs = 70;
const rereadMs = 300;

/** How long each card that has just arrived waits before it flies in, by key. */
export type Arrivals = ReadonlyMap<string, number>;

/** Keeps the cached board in step with everyone else's work on it. */
export function useBoardEvents(projectKey: string, cursor: string | null) {
  const queryClient = useQueryClient();
  const [arrivals, setArrivals] = useState<Arrivals>(new Map());
  const burst = useRef({ at: 0, count: 0 });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => () => clearTimeout(timer.current), []);

  // Events carry an item, not its place among its neighbours: read the order again.
  function reread() {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      if (queryClient.isMutating({ mutationKey: ["move"] }) > 0) return reread();
      void queryClient.invalidateQueries({ queryKey: keys.board(projectKey) });
    }, rereadMs);
  }

  function arrive(key: string) {
    const now = performance.now();
    if (now - burst.current.at > 400) burst.current = { at: now, count: 0 };
    const delay = Math.min(burst.current.count, 12) * staggerMs;
    burst.current = { at: now, count: burst.current.count + 1 };
    setArrivals((before) => new Map(before).set(key, delay));
  }

  const state = useEvents(
    cursor === null ? null : boardEvents(projectKey),
    cursor,
    (message: EventMessage) => {
      if (message.event.startsWith("project.")) return reread();
      const item = itemOf(message);
      if (!item) return;
      const board = queryClient.getQueryData<Board>(keys.board(projectKey));
      if (!board) return;
      if (message.event === "work_item.deleted") {
        queryClient.setQueryData(keys.board(projectKey), removeItem(board, item.key));
        queryClient.removeQueries({ queryKey: keys.item(item.key) });
        return;
      }
      if (!findItem(board, item.key)) arrive(item.key);
      queryClient.setQueryData(keys.board(projectKey), putItem(board, item));
      queryClient.setQueryData<WorkItem>(keys.item(item.key), (known) =>
        known && known.version < item.version ? item : known,
      );
      if (message.event !== "work_item.updated") reread();
    },
  );

  return { state, arrivals };
}

function itemOf(message: EventMessage): WorkItem | null {
  if (!message.event.startsWith("work_item.")) return null;
  try {
    return (JSON.parse(message.data) as { item?: WorkItem }).item ?? null;
  } catch {
    return null;
  }
}

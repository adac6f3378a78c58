import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import {
  draggable,
  dropTargetForElements,
} from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import {
  attachClosestEdge,
  extractClosestEdge,
} from "@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge";
import { type RefObject, useEffect, useState } from "react";
import type { WorkItem } from "@/api/types";

/** Makes a card something to drag, and something to drop above or below. */
export function useCardDrag(
  element: RefObject<HTMLElement | null>,
  item: WorkItem,
  canMove: boolean,
) {
  const [isDragging, setDragging] = useState(false);
  const [edge, setEdge] = useState<"top" | "bottom" | null>(null);
  const { key } = item;

  useEffect(() => {
    const card = element.current;
    if (!card || !canMove) return;
    const clear = () => setEdge(null);
    return combine(
      draggable({
        element: card,
        getInitialData: () => ({ kind: "card", key }),
        onDragStart: () => setDragging(true),
        onDrop: () => setDragging(false),
      }),
      dropTargetForElements({
        element: card,
        canDrop: ({ source }) => source.data.kind === "card" && source.data.key !== key,
        getData: ({ input }) =>
          attachClosestEdge(
            { kind: "card", key },
            { element: card, input, allowedEdges: ["top", "bottom"] },
          ),
        onDrag: ({ self }) => {
          const next = extractClosestEdge(self.data);
          setEdge(next === "top" || next === "bottom" ? next : null);
        },
        onDragLeave: clear,
        onDrop: clear,
      }),
    );
  }, [element, key, canMove]);

  return { isDragging, edge };
}

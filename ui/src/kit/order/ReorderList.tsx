import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import {
  draggable,
  dropTargetForElements,
} from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import {
  attachClosestEdge,
  extractClosestEdge,
} from "@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge";
import { ArrowDown, ArrowUp, GripVertical } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { announce } from "../announce";
import { Button } from "../Button";

interface Props<T> {
  label: string;
  items: readonly T[];
  keyOf: (item: T) => string;
  nameOf: (item: T) => string;
  onMove: (from: number, to: number) => void;
  children: (item: T, index: number) => ReactNode;
}

/** A list in an order that people choose: by dragging, or by the two arrows of each line. */
export function ReorderList<T>({ label, items, keyOf, nameOf, onMove, children }: Props<T>) {
  const { t } = useTranslation();
  const listId = useId();
  const list = useRef<HTMLOListElement>(null);
  const move = (from: number, to: number) => {
    const item = items[from];
    if (item === undefined || to < 0 || to >= items.length || from === to) return;
    onMove(from, to);
    announce(t("reorder.moved", { name: nameOf(item), place: to + 1, count: items.length }));
  };
  const step = (from: number, to: number, arrow: "up" | "down") => {
    move(from, to);
    // The line has moved: the key stays in the hand.
    requestAnimationFrame(() => {
      const line = list.current?.children[to];
      const own = line?.querySelector<HTMLButtonElement>(`[data-arrow=${arrow}]`);
      const other = line?.querySelector<HTMLButtonElement>("[data-arrow]:not(:disabled)");
      (own?.disabled ? other : own)?.focus();
    });
  };
  return (
    <ol ref={list} aria-label={label} className="flex flex-col gap-2">
      {items.map((item, index) => (
        <Line key={keyOf(item)} listId={listId} index={index} onDrop={move}>
          <div className="min-w-0 flex-1">{children(item, index)}</div>
          <div className="flex shrink-0 max-md:flex-col">
            <Button
              tone="ghost"
              size="icon"
              data-arrow="up"
              disabled={index === 0}
              aria-label={t("reorder.up", { name: nameOf(item) })}
              onClick={() => step(index, index - 1, "up")}
            >
              <ArrowUp aria-hidden />
            </Button>
            <Button
              tone="ghost"
              size="icon"
              data-arrow="down"
              disabled={index === items.length - 1}
              aria-label={t("reorder.down", { name: nameOf(item) })}
              onClick={() => step(index, index + 1, "down")}
            >
              <ArrowDown aria-hidden />
            </Button>
          </div>
        </Line>
      ))}
    </ol>
  );
}

interface LineProps {
  listId: string;
  index: number;
  onDrop: (from: number, to: number) => void;
  children: ReactNode;
}

function Line({ listId, index, onDrop, children }: LineProps) {
  const line = useRef<HTMLLIElement>(null);
  const grip = useRef<HTMLSpanElement>(null);
  const [isDragging, setDragging] = useState(false);
  const [edge, setEdge] = useState<"top" | "bottom" | null>(null);
  const drop = useRef(onDrop);
  drop.current = onDrop;

  useEffect(() => {
    const element = line.current;
    const dragHandle = grip.current;
    if (!element || !dragHandle) return;
    const clear = () => setEdge(null);
    return combine(
      draggable({
        element,
        dragHandle,
        getInitialData: () => ({ listId, index }),
        onDragStart: () => setDragging(true),
        onDrop: () => setDragging(false),
      }),
      dropTargetForElements({
        element,
        canDrop: ({ source }) => source.data.listId === listId && source.data.index !== index,
        getData: ({ input }) =>
          attachClosestEdge({ index }, { element, input, allowedEdges: ["top", "bottom"] }),
        onDrag: ({ self }) => {
          const next = extractClosestEdge(self.data);
          setEdge(next === "top" || next === "bottom" ? next : null);
        },
        onDragLeave: clear,
        onDrop: ({ self, source }) => {
          clear();
          const from = Number(source.data.index);
          const place = extractClosestEdge(self.data) === "top" ? index : index + 1;
          drop.current(from, from < place ? place - 1 : place);
        },
      }),
    );
  }, [listId, index]);

  return (
    <li
      ref={line}
      className={cn(
        "relative flex items-center gap-2 rounded-md border border-line bg-surface py-2 ps-1 pe-2 shadow-card",
        isDragging && "opacity-50",
        edge === "top" &&
          "before:absolute before:inset-x-0 before:-top-1.5 before:h-0.5 before:bg-accent",
        edge === "bottom" &&
          "after:absolute after:inset-x-0 after:-bottom-1.5 after:h-0.5 after:bg-accent",
      )}
    >
      <span ref={grip} aria-hidden className="cursor-grab touch-none p-1 text-muted">
        <GripVertical className="size-4" />
      </span>
      {children}
    </li>
  );
}

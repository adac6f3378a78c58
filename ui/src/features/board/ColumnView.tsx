import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Plus } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Board, BoardColumn, Move, WorkItem } from "@/api/types";
import { Button } from "@/kit/Button";
import { cn } from "@/lib/cn";
import { columnName } from "@/lib/columnName";
import { useFormats } from "@/lib/useFormats";
import { CardView } from "./CardView";
import type { Arrivals } from "./useBoardEvents";
import type { CardKeys } from "./useBoardKeys";

interface Props {
  column: BoardColumn & { visible: WorkItem[] };
  board: Board;
  arrivals: Arrivals;
  cardKeys: CardKeys;
  /** Both absent for people who may only look. */
  onMove: ((key: string, move: Move) => void) | undefined;
  onCreate: (() => void) | undefined;
}

export function ColumnView({ column, board, arrivals, cardKeys, onMove, onCreate }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const element = useRef<HTMLElement>(null);
  const [isOver, setOver] = useState(false);
  const name = columnName(t, column.name);
  const points = column.items.reduce((sum, item) => sum + (item.points ?? 0), 0);
  const isFull = column.wip_limit !== null && column.items.length > column.wip_limit;

  useEffect(() => {
    if (!element.current) return;
    return dropTargetForElements({
      element: element.current,
      getData: () => ({ kind: "column", column: column.name }),
      canDrop: ({ source }) => source.data.kind === "card",
      onDragEnter: () => setOver(true),
      onDragLeave: () => setOver(false),
      onDrop: () => setOver(false),
    });
  }, [column.name]);

  return (
    <section
      ref={element}
      aria-label={name}
      data-column={column.name}
      className={cn(
        "flex min-h-32 w-[min(82vw,19rem)] shrink-0 snap-start flex-col rounded-lg bg-sunken md:w-60 lg:w-auto lg:min-w-44 lg:flex-1",
        isOver && "ring-2 ring-accent/40",
      )}
    >
      <header className="flex h-10 shrink-0 items-center gap-2 ps-3 pe-1">
        <h2 className="truncate font-medium text-sm">{name}</h2>
        <span
          className={cn(
            "whitespace-nowrap text-xs tabular-nums",
            isFull ? "text-danger" : "text-muted",
          )}
        >
          <span aria-hidden>
            {formats.number(column.items.length)}
            {column.wip_limit !== null && ` / ${formats.number(column.wip_limit)}`}
          </span>
          <span className="sr-only">{t("board.cards", { count: column.items.length })}</span>
        </span>
        {points > 0 && (
          <span
            className="ms-auto rounded border border-line px-1 text-muted text-xs tabular-nums leading-4"
            title={t("item.pointCount", { count: points })}
          >
            <span aria-hidden>{formats.number(points)}</span>
            <span className="sr-only">{t("item.pointCount", { count: points })}</span>
          </span>
        )}
        {onCreate && (
          <Button
            tone="ghost"
            size="tiny"
            className={cn(points === 0 && "ms-auto")}
            onClick={onCreate}
            aria-label={t("board.createIn", { column: name })}
          >
            <Plus aria-hidden />
          </Button>
        )}
      </header>
      <ul
        aria-label={name}
        className="relative flex min-h-0 flex-1 flex-col gap-2 overflow-y-auto px-2 pt-0.5 pb-2"
      >
        {column.visible.map((item) => (
          <CardView
            key={item.key}
            item={item}
            board={board}
            arrival={arrivals.get(item.key)}
            cardKeys={cardKeys}
            onMove={onMove}
          />
        ))}
      </ul>
    </section>
  );
}

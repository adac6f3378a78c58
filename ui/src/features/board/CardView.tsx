import { Link } from "@tanstack/react-router";
import { Layers } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Board, Move, WorkItem } from "@/api/types";
import { Key } from "@/kit/Key";
import { KindIcon } from "@/kit/KindIcon";
import { OriginBadge } from "@/kit/OriginBadge";
import { PriorityIcon } from "@/kit/PriorityIcon";
import { cn } from "@/lib/cn";
import { MoveMenu } from "./MoveMenu";
import type { CardKeys } from "./useBoardKeys";
import { useCardDrag } from "./useCardDrag";

interface Props {
  item: WorkItem;
  board: Board;
  arrival: number | undefined;
  cardKeys: CardKeys;
  onMove: ((key: string, move: Move) => void) | undefined;
}

export function CardView({ item, board, arrival, cardKeys, onMove }: Props) {
  const { t } = useTranslation();
  const element = useRef<HTMLLIElement>(null);
  const [isMenuOpen, setMenuOpen] = useState(false);
  const { isDragging, edge } = useCardDrag(element, item, onMove !== undefined);
  const epic = board.epics.find((each) => each.key === item.parent);
  const tabIndex = cardKeys.active === item.key ? 0 : -1;

  return (
    <li
      ref={element}
      className={cn(
        "group relative rounded-md border border-line bg-surface p-2.5 shadow-card transition-colors hover:border-edge",
        "focus-within:border-edge",
        onMove && "cursor-grab",
        isDragging && "opacity-40",
        arrival !== undefined && "animate-card-in",
      )}
      style={arrival === undefined ? undefined : { animationDelay: `${arrival}ms` }}
    >
      {edge && (
        <span
          aria-hidden
          className={cn(
            "absolute inset-x-0 z-10 h-0.5 rounded-full bg-accent",
            edge === "top" ? "-top-1.5" : "-bottom-1.5",
          )}
        />
      )}
      <div className="flex h-5 items-center gap-1.5">
        <KindIcon kind={item.kind} />
        <Key>{item.key}</Key>
        {onMove && (
          <div className="relative z-10 ms-auto">
            <MoveMenu
              item={item}
              board={board}
              isOpen={isMenuOpen}
              onOpenChange={setMenuOpen}
              onMove={onMove}
              tabIndex={tabIndex}
            />
          </div>
        )}
      </div>
      <Link
        from="/projects/$key"
        to="./$itemKey"
        params={{ itemKey: item.key }}
        search={true}
        preload={false}
        draggable={false}
        data-card={item.key}
        tabIndex={tabIndex}
        aria-keyshortcuts="m"
        onFocus={() => cardKeys.onFocus(item.key)}
        onKeyDown={(event) => {
          if (onMove && event.key.toLowerCase() === "m" && !event.ctrlKey && !event.metaKey) {
            event.preventDefault();
            setMenuOpen(true);
          } else cardKeys.onKeyDown(event, item.key);
        }}
        className="mt-1 line-clamp-3 text-sm outline-none after:absolute after:inset-0 after:rounded-md focus-visible:after:outline-2 focus-visible:after:outline-accent"
      >
        <bdi>{item.title}</bdi>
      </Link>
      {epic && (
        <p className="mt-1 flex items-center gap-1 text-muted text-xs" title={epic.title}>
          <Layers className="size-3 shrink-0" aria-hidden />
          <bdi className="min-w-0 truncate">{epic.title}</bdi>
        </p>
      )}
      <div className="mt-2 flex min-h-5 items-center gap-1.5 text-muted text-xs">
        <PriorityIcon priority={item.priority} />
        {item.points !== null && (
          <span className="rounded border border-line px-1 tabular-nums leading-4">
            <span aria-hidden>{t("item.pointsShort", { points: item.points })}</span>
            <span className="sr-only">{t("item.pointCount", { count: item.points })}</span>
          </span>
        )}
        {item.origin && <OriginBadge origin={item.origin} className="ms-auto min-w-0" />}
      </div>
    </li>
  );
}

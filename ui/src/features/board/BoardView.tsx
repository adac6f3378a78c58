import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Board, WorkItem } from "@/api/types";
import { useCan } from "@/api/useCan";
import { Notice } from "@/kit/Notice";
import { useShortcut } from "@/lib/useShortcut";
import { BoardBar } from "./BoardBar";
import { ColumnView } from "./ColumnView";
import { useBoardDrop } from "./useBoardDrop";
import { useBoardEvents } from "./useBoardEvents";
import { useBoardKeys } from "./useBoardKeys";
import { useMove } from "./useMove";

interface Props {
  board: Board;
  onCreate: (column?: string) => void;
}

export function BoardView({ board, onCreate }: Props) {
  const { t } = useTranslation();
  const canEdit = useCan("edit_stories");
  const [filter, setFilter] = useState("");
  const [epic, setEpic] = useState<string | null>(null);
  const filterBox = useRef<HTMLInputElement>(null);
  const { state, arrivals } = useBoardEvents(board.project.key, board.cursor);
  const { mutate: move } = useMove(board.project.key);
  const shown = board.columns.map((column) => ({
    ...column,
    visible: column.items.filter((item) => matches(item, filter, epic)),
  }));
  const cardKeys = useBoardKeys(shown.map((column) => column.visible));
  useBoardDrop(board, move);
  useShortcut("c", () => onCreate(), canEdit);
  useShortcut("f", () => filterBox.current?.focus());

  return (
    <section aria-label={t("board.title")} className="flex min-h-0 flex-1 flex-col">
      <BoardBar
        board={board}
        filter={filter}
        onFilter={setFilter}
        filterBox={filterBox}
        epic={epic}
        onEpic={setEpic}
        onCreate={canEdit ? () => onCreate() : undefined}
      />
      {state === "reconnecting" && (
        <Notice tone="warn" role="status" className="mx-4 mt-2 md:mx-6">
          {t("state.reconnecting")}
        </Notice>
      )}
      <div className="relative flex min-h-0 flex-1 snap-x snap-mandatory scroll-px-4 gap-2 overflow-x-auto px-4 pt-3 pb-4 md:snap-none md:px-6">
        {shown.map((column) => (
          <ColumnView
            key={column.name}
            column={column}
            board={board}
            arrivals={arrivals}
            cardKeys={cardKeys}
            onMove={canEdit ? (key, to) => move({ key, move: to }) : undefined}
            onCreate={canEdit ? () => onCreate(column.name) : undefined}
          />
        ))}
      </div>
    </section>
  );
}

function matches(item: WorkItem, filter: string, epic: string | null): boolean {
  if (epic !== null && item.parent !== epic) return false;
  const wanted = filter.trim().toLocaleLowerCase();
  return wanted === "" || `${item.key} ${item.title}`.toLocaleLowerCase().includes(wanted);
}

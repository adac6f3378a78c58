import { Link } from "@tanstack/react-router";
import { Plus, Search } from "lucide-react";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { Board } from "@/api/types";
import { Button } from "@/kit/Button";
import { Input } from "@/kit/Input";
import { Key } from "@/kit/Key";
import { cn } from "@/lib/cn";

interface Props {
  board: Board;
  filter: string;
  onFilter: (filter: string) => void;
  filterBox: RefObject<HTMLInputElement | null>;
  epic: string | null;
  onEpic: (epic: string | null) => void;
  /** Absent for people who may only look. */
  onCreate: (() => void) | undefined;
}

const chip =
  "flex h-7 shrink-0 items-center gap-1.5 rounded-full border px-2.5 text-xs max-w-64 max-md:h-9";

/** Above the columns: the epics to filter by, a text filter, and "new". */
export function BoardBar({ board, filter, onFilter, filterBox, epic, onEpic, onCreate }: Props) {
  const { t } = useTranslation();
  const counts = new Map<string, number>();
  for (const item of board.columns.flatMap((column) => column.items)) {
    if (item.parent) counts.set(item.parent, (counts.get(item.parent) ?? 0) + 1);
  }
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 pt-3 md:px-6">
      {board.epics.length > 0 && (
        <fieldset className="relative -m-1 flex min-w-0 flex-1 basis-80 gap-1.5 overflow-x-auto p-1">
          <legend className="sr-only">{t("board.epics")}</legend>
          {board.epics.map((each) => (
            <button
              key={each.key}
              type="button"
              aria-pressed={epic === each.key}
              onClick={() => onEpic(epic === each.key ? null : each.key)}
              title={each.title}
              className={cn(
                chip,
                epic === each.key
                  ? "border-accent bg-accent-soft text-accent"
                  : "border-line bg-surface hover:bg-hover",
              )}
            >
              <Key className={cn(epic === each.key && "text-accent")}>{each.key}</Key>
              <bdi className="truncate">{each.title}</bdi>
              <span className="text-muted tabular-nums">{counts.get(each.key) ?? 0}</span>
            </button>
          ))}
          {epic && (
            <Link
              from="/projects/$key"
              to="./$itemKey"
              params={{ itemKey: epic }}
              search={true}
              className={cn(
                chip,
                "border-transparent text-accent underline-offset-2 hover:underline",
              )}
            >
              {t("board.openEpic")}
            </Link>
          )}
        </fieldset>
      )}
      <div className="ms-auto flex gap-2 max-md:w-full">
        <div className="relative max-md:flex-1">
          <Search
            className="pointer-events-none absolute inset-y-0 start-2.5 my-auto size-4 text-muted"
            aria-hidden
          />
          <Input
            ref={filterBox}
            type="search"
            dir="auto"
            aria-label={t("board.filter")}
            aria-keyshortcuts="f"
            placeholder={t("board.filter")}
            className="ps-8 md:w-44"
            value={filter}
            onChange={(event) => onFilter(event.target.value)}
          />
        </div>
        {onCreate && (
          <Button onClick={onCreate} aria-keyshortcuts="c">
            <Plus aria-hidden />
            {t("item.new")}
          </Button>
        )}
      </div>
    </div>
  );
}

import { ArrowDown, ArrowUp, Check, Ellipsis } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Board, Move, WorkItem } from "@/api/types";
import { Button } from "@/kit/Button";
import { Menu, MenuItem, MenuLabel, MenuRule } from "@/kit/Menu";
import { moveBy, moveToColumn } from "@/lib/board";
import { columnName } from "@/lib/columnName";
import { focusCard } from "./useBoardKeys";

interface Props {
  item: WorkItem;
  board: Board;
  isOpen: boolean;
  onOpenChange: (open: boolean) => void;
  onMove: (key: string, move: Move) => void;
  tabIndex: number;
}

/** Everything that dragging can do, for hands that do not drag. */
export function MoveMenu({ item, board, isOpen, onOpenChange, onMove, tabIndex }: Props) {
  const { t } = useTranslation();
  const up = moveBy(board, item.key, -1);
  const down = moveBy(board, item.key, 1);
  const go = (move: Move | null) => {
    if (move) onMove(item.key, move);
    focusCard(item.key);
  };
  return (
    <Menu
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      label={t("board.moveKey", { key: item.key })}
      onCloseAutoFocus={(event) => {
        // The card may by now stand in another column, as another element: focus it by its key.
        event.preventDefault();
        focusCard(item.key);
      }}
      trigger={
        <Button
          tone="ghost"
          size="tiny"
          tabIndex={tabIndex}
          aria-label={t("board.moveKey", { key: item.key })}
          className="-me-1 opacity-0 focus-visible:opacity-100 group-focus-within:opacity-100 group-hover:opacity-100 data-[state=open]:opacity-100 max-md:opacity-100"
        >
          <Ellipsis aria-hidden />
        </Button>
      }
    >
      <MenuLabel>{t("board.moveTo")}</MenuLabel>
      {board.columns.map(({ name }) => (
        <MenuItem
          key={name}
          disabled={name === item.column}
          onSelect={() => go(moveToColumn(board, item.key, name))}
        >
          <bdi className="flex-1">{columnName(t, name)}</bdi>
          {name === item.column && <Check aria-hidden />}
        </MenuItem>
      ))}
      <MenuRule />
      <MenuItem disabled={!up} onSelect={() => go(up)}>
        <ArrowUp aria-hidden />
        {t("board.up")}
      </MenuItem>
      <MenuItem disabled={!down} onSelect={() => go(down)}>
        <ArrowDown aria-hidden />
        {t("board.down")}
      </MenuItem>
    </Menu>
  );
}

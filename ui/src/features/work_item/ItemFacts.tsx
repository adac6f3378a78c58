import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/keys";
import { moveItem } from "@/api/projects";
import type { Board, WorkItem } from "@/api/types";
import { Field } from "@/kit/Field";
import { Key } from "@/kit/Key";
import { Select } from "@/kit/Select";
import { toastProblem } from "@/kit/toastProblem";
import { moveToColumn, putItem } from "@/lib/board";
import { columnName } from "@/lib/columnName";

interface Props {
  projectKey: string;
  item: WorkItem;
  board: Board | undefined;
  children: ReactNode;
}

/** The short facts; the column is changed at once because it is a move, not an edit. */
export function ItemFacts({ projectKey, item, board, children }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const move = useMutation({
    mutationKey: ["move"],
    mutationFn: (column: string) =>
      moveItem(item.key, board ? moveToColumn(board, item.key, column) : { column }),
    onSuccess: (moved) => {
      queryClient.setQueryData(keys.item(moved.key), moved);
      queryClient.setQueryData<Board>(
        keys.board(projectKey),
        (known) => known && putItem(known, moved),
      );
    },
    onError: (error) => toastProblem(error, t("board.moveFailed", { key: item.key })),
  });
  const epic = board?.epics.find((each) => each.key === item.parent);
  return (
    <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
      {item.kind !== "epic" && (
        <Field label={t("item.column")}>
          {(control) => (
            <Select
              {...control}
              disabled={move.isPending || !board}
              value={move.isPending ? move.variables : item.column}
              onChange={(event) => move.mutate(event.target.value)}
            >
              {(board?.project.columns ?? [item.column]).map((name) => (
                <option key={name} value={name}>
                  {columnName(t, name)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {children}
      {epic && (
        <p className="col-span-full flex items-center gap-2 text-muted text-sm">
          {t("kind.epic")}
          <Key>{epic.key}</Key>
          <bdi className="min-w-0 truncate text-ink">{epic.title}</bdi>
        </p>
      )}
    </div>
  );
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/keys";
import { moveItem } from "@/api/projects";
import type { Board, Move } from "@/api/types";
import { announce } from "@/kit/announce";
import { toastProblem } from "@/kit/toastProblem";
import { applyMove, itemsOf, putItem } from "@/lib/board";

export interface MoveOrder {
  key: string;
  move: Move;
}

/** Moves a card at once and takes it back, with the reason, if the server says no. */
export function useMove(projectKey: string) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const boardKey = keys.board(projectKey);
  return useMutation({
    mutationKey: ["move"],
    // One after the other: two moves of one card must reach the server in the order of the hand.
    scope: { id: `move-${projectKey}` },
    mutationFn: ({ key, move }: MoveOrder) => moveItem(key, move),
    onMutate: async ({ key, move }: MoveOrder) => {
      await queryClient.cancelQueries({ queryKey: boardKey });
      const before = queryClient.getQueryData<Board>(boardKey);
      if (!before) return {};
      const after = applyMove(before, key, move);
      queryClient.setQueryData(boardKey, after);
      const items = itemsOf(after, move.column);
      announce(
        t("board.moved", {
          key,
          column: move.column,
          place: items.findIndex((item) => item.key === key) + 1,
          count: items.length,
        }),
      );
      return { before };
    },
    onSuccess: (item) => {
      queryClient.setQueryData<Board>(boardKey, (board) => board && putItem(board, item));
      queryClient.setQueryData(keys.item(item.key), item);
    },
    onError: (error, { key }, context) => {
      if (context?.before) queryClient.setQueryData(boardKey, context.before);
      toastProblem(error, t("board.moveFailed", { key }));
      void queryClient.invalidateQueries({ queryKey: boardKey });
    },
  });
}

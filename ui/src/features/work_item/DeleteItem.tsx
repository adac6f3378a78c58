import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { keys } from "@/api/keys";
import { deleteItem } from "@/api/projects";
import type { Board, WorkItem } from "@/api/types";
import { Button } from "@/kit/Button";
import { Confirm } from "@/kit/Confirm";
import { toastProblem } from "@/kit/toastProblem";
import { removeItem } from "@/lib/board";

interface Props {
  projectKey: string;
  item: WorkItem;
  onDeleted: () => void;
}

export function DeleteItem({ projectKey, item, onDeleted }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => deleteItem(item.key),
    onSuccess: () => {
      queryClient.setQueryData<Board>(
        keys.board(projectKey),
        (board) => board && removeItem(board, item.key),
      );
      toast.success(t("item.deleted", { key: item.key }));
      onDeleted();
    },
    onError: (error) => {
      setAsking(false);
      toastProblem(error);
    },
  });
  return (
    <>
      <Button tone="ghost" onClick={() => setAsking(true)}>
        <Trash2 aria-hidden />
        {t("action.delete")}
      </Button>
      <Confirm
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => remove.mutate()}
        isBusy={remove.isPending}
        title={t("item.deleteTitle", { key: item.key })}
        text={t("item.deleteText")}
        action={t("action.delete")}
      />
    </>
  );
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { keys } from "@/api/keys";
import { undoItems } from "@/api/projects";
import { useCan } from "@/api/useCan";
import { Button } from "@/kit/Button";
import { Confirm } from "@/kit/Confirm";
import { toastProblem } from "@/kit/toastProblem";

interface Props {
  executionId: string;
  projectKey: string;
  count: number;
}

/** Takes back everything that one execution put on the board, except what people have touched. */
export function UndoBatch({ executionId, projectKey, count }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const canEdit = useCan("edit_stories");
  const [isAsking, setAsking] = useState(false);
  const undo = useMutation({
    mutationFn: () => undoItems(projectKey, executionId),
    onSuccess: ({ removed, kept }) => {
      const names = kept ?? [];
      toast.success(t("idea.undone", { count: removed }), {
        description:
          names.length > 0 ? t("idea.undoneKept", { keys: names.join(", ") }) : undefined,
      });
    },
    onError: (error) => toastProblem(error),
    onSettled: () => {
      setAsking(false);
      void queryClient.invalidateQueries({ queryKey: keys.board(projectKey) });
      void queryClient.invalidateQueries({ queryKey: keys.projects });
    },
  });
  if (!canEdit) return null;
  return (
    <>
      <Button size="sm" onClick={() => setAsking(true)}>
        <Undo2 className="rtl:-scale-x-100" aria-hidden />
        {t("idea.undo")}
      </Button>
      <Confirm
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => undo.mutate()}
        isBusy={undo.isPending}
        title={t("idea.undoTitle", { count })}
        text={t("idea.undoText")}
        action={t("idea.undoAction")}
      />
    </>
  );
}

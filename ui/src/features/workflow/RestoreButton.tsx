import { useMutation, useQueryClient } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { keys } from "@/api/keys";
import { restoreRevision } from "@/api/workflows";
import { Button } from "@/kit/Button";
import { toastProblem } from "@/kit/toastProblem";
import { useFormats } from "@/lib/useFormats";

interface Props {
  slug: string;
  revision: number;
  /** The newest one that is known. */
  newest: number;
}

/** The way back to an earlier revision: it is saved once more, and nothing is taken away. */
export function RestoreButton({ slug, revision, newest }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const queryClient = useQueryClient();
  const restore = useMutation({
    mutationFn: () => restoreRevision(slug, revision, newest),
    onSuccess: (workflow) => {
      toast.success(t("workflow.savedRevision", { revision: workflow.revision ?? 1 }));
    },
    onError: (error) => toastProblem(error),
    // What others have saved meanwhile shows when this was refused for it.
    onSettled: () => void queryClient.invalidateQueries({ queryKey: keys.workflows }),
  });
  return (
    <Button className="self-start" isBusy={restore.isPending} onClick={() => restore.mutate()}>
      {!restore.isPending && <History aria-hidden />}
      {t("workflow.restore", { revision: formats.number(revision) })}
    </Button>
  );
}

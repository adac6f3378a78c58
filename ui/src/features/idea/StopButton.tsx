import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { orderExecution } from "@/api/executions";
import { keys } from "@/api/keys";
import { useCan } from "@/api/useCan";
import { Button } from "@/kit/Button";
import { Confirm } from "@/kit/Confirm";
import { toastProblem } from "@/kit/toastProblem";

export function StopButton({ id }: { id: string }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const canStop = useCan("execute_workflow");
  const [isAsking, setAsking] = useState(false);
  const stop = useMutation({
    mutationFn: () => orderExecution(id, "cancel"),
    onSettled: () => {
      setAsking(false);
      void queryClient.invalidateQueries({ queryKey: keys.execution(id) });
    },
    onError: (error) => toastProblem(error),
  });
  if (!canStop) return null;
  return (
    <>
      <Button tone="ghost" size="sm" className="ms-auto" onClick={() => setAsking(true)}>
        {t("execution.cancel")}
      </Button>
      <Confirm
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => stop.mutate()}
        isBusy={stop.isPending}
        title={t("execution.cancelTitle")}
        text={t("execution.cancelText")}
        action={t("execution.cancel")}
      />
    </>
  );
}

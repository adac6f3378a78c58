import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pause, Play, Square } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { type Order, orderExecution } from "@/api/executions";
import { keys } from "@/api/keys";
import type { Execution } from "@/api/types";
import { useCan } from "@/api/useCan";
import { Button } from "@/kit/Button";
import { Confirm } from "@/kit/Confirm";
import { asProblem } from "@/lib/problem";
import { isFinal } from "@/lib/status";

/** Pause, resume and cancel. */
export function Orders({ execution }: { execution: Execution }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const canOrder = useCan("execute_workflow");
  const [isAsking, setAsking] = useState(false);
  const order = useMutation({
    mutationFn: (what: Order) => orderExecution(execution.id, what),
    onError: (error) => toast.error(asProblem(error).message),
    onSettled: () => {
      setAsking(false);
      void queryClient.invalidateQueries({ queryKey: keys.execution(execution.id) });
      void queryClient.invalidateQueries({ queryKey: keys.executions });
    },
  });
  if (!canOrder || isFinal(execution.status)) return null;
  const isPaused = execution.status === "paused";
  return (
    <div className="flex gap-2">
      {isPaused ? (
        <Button isBusy={order.isPending} onClick={() => order.mutate("resume")}>
          <Play className="rtl:-scale-x-100" aria-hidden />
          {t("execution.resume")}
        </Button>
      ) : (
        <Button isBusy={order.isPending} onClick={() => order.mutate("pause")}>
          <Pause aria-hidden />
          {t("execution.pause")}
        </Button>
      )}
      <Button tone="danger" onClick={() => setAsking(true)}>
        <Square aria-hidden />
        {t("execution.cancel")}
      </Button>
      <Confirm
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => order.mutate("cancel")}
        isBusy={order.isPending}
        title={t("execution.cancelTitle")}
        text={t("execution.cancelText")}
        action={t("execution.cancel")}
      />
    </div>
  );
}

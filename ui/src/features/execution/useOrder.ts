import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { type Again, type Order, orderExecution, startAgain } from "@/api/executions";
import { keys } from "@/api/keys";
import { toastProblem } from "@/kit/toastProblem";

interface OrderWish {
  what: Order;
  reason?: string;
}

/** Pause, resume and cancel; the server's answer says what became of it. */
export function useOrder(id: string, onDone: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ what, reason }: OrderWish) => orderExecution(id, what, reason),
    // A reason that was typed must not go with an order that was refused.
    onSuccess: onDone,
    onError: (error) => toastProblem(error),
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: keys.execution(id) });
      void queryClient.invalidateQueries({ queryKey: keys.executions });
    },
  });
}

/** A new execution that is linked to this one; afterwards one is on its page. */
export function useAgain(id: string) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (again: Again) => startAgain(id, again),
    onSuccess: async (started) => {
      toast.success(t("execution.startedAgain"));
      void queryClient.invalidateQueries({ queryKey: keys.execution(id) });
      void queryClient.invalidateQueries({ queryKey: keys.executions });
      await navigate({ to: "/executions/$id", params: { id: started.id } });
    },
    onError: (error) => toastProblem(error),
  });
}

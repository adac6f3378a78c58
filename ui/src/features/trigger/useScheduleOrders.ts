import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { keys } from "@/api/keys";
import { changeSchedule, deleteSchedule, runSchedule } from "@/api/triggers";
import { toastProblem } from "@/kit/toastProblem";

/** On, off, at once, away. */
export function useScheduleOrders(id: string) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const onError = (error: unknown) => toastProblem(error);
  // An order is busy until the list shows what became of it: till then nobody gives it again.
  const onSettled = () => queryClient.invalidateQueries({ queryKey: keys.schedules });
  const turn = useMutation({
    mutationFn: (enabled: boolean) => changeSchedule(id, { enabled }),
    onError,
    onSettled,
  });
  const run = useMutation({
    mutationFn: () => runSchedule(id),
    onSuccess: () => {
      toast.success(t("schedule.didRun"));
      void queryClient.invalidateQueries({ queryKey: keys.executions });
    },
    onError,
    onSettled,
  });
  const remove = useMutation({ mutationFn: () => deleteSchedule(id), onError, onSettled });
  return { turn, run, remove };
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import type { Platform } from "@/api/gateway";
import { keys } from "@/api/keys";
import { changePlatform, deletePlatform, testPlatform } from "@/api/platforms";
import { toastProblem } from "@/kit/toastProblem";

/** Test again, on, off, away. */
export function usePlatformOrders({ id, name, version }: Platform) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const onError = (error: unknown) => toastProblem(error);
  const onSettled = () => {
    for (const queryKey of [keys.platforms, keys.platformHealth, keys.models, keys.budgets]) {
      void queryClient.invalidateQueries({ queryKey });
    }
  };
  const test = useMutation({
    mutationFn: async () => ({ version, outcome: await testPlatform(id ?? "") }),
    onError,
    onSettled,
  });
  // What was tested before a change says nothing about what is there since.
  const fresh = test.data?.version === version ? test.data.outcome : undefined;
  const turn = useMutation({
    mutationFn: (is_enabled: boolean) => changePlatform(id ?? "", { version, is_enabled }, false),
    onError,
    onSettled,
  });
  const remove = useMutation({
    mutationFn: () => deletePlatform(id ?? ""),
    onSuccess: () => toast.success(t("platform.removed", { name })),
    onError,
    onSettled,
  });
  return { test, fresh, turn, remove };
}

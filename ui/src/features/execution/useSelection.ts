import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ExecutionDetail, Step } from "@/api/types";
import { isOpen } from "@/lib/status";

export interface Selection {
  step: Step | undefined;
  instance: number | undefined;
  select: (step: string, instance?: number) => void;
}

/** The step in view, kept in the URL; until one is chosen, the one where something happens. */
export function useSelection(execution: ExecutionDetail | undefined): Selection {
  const { step, instance } = useSearch({ from: "/shell/executions/$id" });
  const navigate = useNavigate({ from: "/executions/$id" });
  const steps = execution?.steps ?? [];
  const chosen = steps.find((each) => each.id === step);
  const telling =
    steps.find((each) => each.status === "failed") ??
    steps.find((each) => isOpen(each.status)) ??
    steps.findLast((each) => each.status === "completed") ??
    steps[0];
  return {
    step: chosen ?? telling,
    instance: chosen ? instance : undefined,
    select: (nextStep, nextInstance) =>
      void navigate({
        search: (before) => ({ ...before, step: nextStep, instance: nextInstance }),
        replace: true,
        resetScroll: false,
      }),
  };
}

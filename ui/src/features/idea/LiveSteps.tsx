import { useTranslation } from "react-i18next";
import { type LiveText, liveKey } from "@/api/liveText";
import type { Step } from "@/api/types";
import { Elapsed } from "@/kit/Elapsed";
import { LivePane } from "@/kit/LivePane";
import { StepStatusIcon } from "@/kit/StepStatusIcon";
import { cn } from "@/lib/cn";
import { useFormats } from "@/lib/useFormats";

/** The steps with their states, and beside them what is being written at this moment. */
export function LiveSteps({ steps, text }: { steps: Step[]; text: LiveText }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const writing = steps
    .flatMap((step) => step.instances.map((instance) => ({ step, instance })))
    .filter(({ instance }) => instance.status === "running")
    .map(({ step, instance }) => text[liveKey(step.id, instance.index)] ?? "")
    .findLast((piece) => piece !== "");
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 px-4 pt-3 md:grid-cols-[minmax(16rem,2fr)_3fr]">
      <ol className="flex flex-col gap-1" aria-label={t("execution.steps")}>
        {steps.map((step) => {
          const done = step.instances.filter((each) => each.status === "completed").length;
          return (
            <li key={step.id} className="flex h-6 items-center gap-2 text-sm">
              <StepStatusIcon status={step.status} />
              <span
                className={cn("min-w-0 truncate", step.status === "pending" && "text-muted")}
                dir="auto"
              >
                {step.name}
              </span>
              {step.fan_out && step.instances.length > 0 && (
                <span className="text-muted text-xs tabular-nums">
                  {formats.number(done)} / {formats.number(step.instances.length)}
                </span>
              )}
              <span className="ms-auto text-muted text-xs">
                <Elapsed from={step.started_at} to={step.finished_at} />
              </span>
            </li>
          );
        })}
      </ol>
      <LivePane text={writing ?? ""} className="h-32" />
    </div>
  );
}

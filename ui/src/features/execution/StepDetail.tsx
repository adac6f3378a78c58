import { useTranslation } from "react-i18next";
import { type LiveText, liveKey } from "@/api/liveText";
import type { ExecutionDetail } from "@/api/types";
import { Badge } from "@/kit/Badge";
import { LivePane } from "@/kit/LivePane";
import { Notice } from "@/kit/Notice";
import { StepStatusIcon } from "@/kit/StepStatusIcon";
import { AttemptView } from "./AttemptView";
import { OutputView } from "./OutputView";
import type { Selection } from "./useSelection";

interface Props {
  execution: ExecutionDetail;
  selection: Selection;
  text: LiveText;
}

/** All about one step, or one instance of it. */
export function StepDetail({ selection, text }: Props) {
  const { t } = useTranslation();
  const { step } = selection;
  if (!step) return null;
  const instances =
    selection.instance === undefined
      ? step.instances
      : step.instances.filter((each) => each.index === selection.instance);
  const actor = step.agent ?? step.tool;
  return (
    <section
      aria-label={t("execution.detail")}
      className="flex flex-col gap-4 rounded-lg border border-line bg-surface p-4 shadow-card lg:sticky lg:top-6"
    >
      <div>
        <h2 className="flex items-center gap-2 font-semibold">
          <StepStatusIcon status={step.status} />
          <bdi className="min-w-0 truncate">{step.name}</bdi>
        </h2>
        <p className="mt-1.5 flex flex-wrap gap-1.5">
          <Badge>{step.kind === "tool" ? t("step.kind.tool") : t("step.kind.agent")}</Badge>
          {actor && (
            <Badge tone="accent">
              <bdi>{actor}</bdi>
            </Badge>
          )}
          {step.command && (
            <Badge>
              <bdi>{step.command}</bdi>
            </Badge>
          )}
        </p>
      </div>
      {step.error && <Notice tone="danger">{step.error.message}</Notice>}
      {instances.length === 0 && (
        <p className="text-muted text-sm">
          {step.needs.length > 0
            ? t("execution.waitsFor", { steps: step.needs.join(", ") })
            : t("execution.notStarted")}
        </p>
      )}
      {instances.map((instance) => {
        const live = text[liveKey(step.id, instance.index)] ?? "";
        return (
          <div key={instance.index} className="flex flex-col gap-3">
            {step.fan_out && (
              <h3 className="flex items-center gap-2 border-line border-t pt-3 font-medium text-sm">
                <StepStatusIcon status={instance.status} />
                <bdi className="min-w-0 truncate">{instance.label}</bdi>
              </h3>
            )}
            {instance.status === "running" && step.kind === "agent" && (
              <LivePane text={live} className="h-48" />
            )}
            {instance.attempts.map((attempt) => (
              <AttemptView key={attempt.number} attempt={attempt} />
            ))}
            {instance.output !== null && instance.output !== undefined && (
              <OutputView output={instance.output} />
            )}
          </div>
        );
      })}
    </section>
  );
}

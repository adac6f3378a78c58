import { useTranslation } from "react-i18next";
import type { LiveText } from "@/api/liveText";
import type { ExecutionDetail } from "@/api/types";
import { Notice } from "@/kit/Notice";
import { StepStatusIcon } from "@/kit/StepStatusIcon";
import { isOpen } from "@/lib/status";
import { Children } from "./Children";
import { InstanceList } from "./InstanceList";
import { StepFacts } from "./StepFacts";
import { StepInputs } from "./StepInputs";
import type { Selection } from "./useSelection";

interface Props {
  execution: ExecutionDetail;
  selection: Selection;
  text: LiveText;
}

/** All about one step, or one instance of it. */
export function StepDetail({ execution, selection, text }: Props) {
  const { t } = useTranslation();
  const { step } = selection;
  if (!step) return null;
  const instances =
    selection.instance === undefined
      ? step.instances
      : step.instances.filter((each) => each.index === selection.instance);
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
        <StepFacts step={step} />
      </div>
      {step.error && <Notice tone="danger">{step.error.message}</Notice>}
      {step.kind === "workflow" && <Children execution={execution} step={step.id} />}
      {instances.length === 0 && !isOpen(step.status) && !step.finished_at && (
        <p className="text-muted text-sm">
          {step.needs.length > 0
            ? t("execution.waitsFor", { steps: step.needs.join(", ") })
            : t("execution.notStarted")}
        </p>
      )}
      <InstanceList key={`instances ${step.id}`} step={step} instances={instances} text={text} />
      {step.started_at && <StepInputs key={step.id} executionId={execution.id} step={step.id} />}
    </section>
  );
}

import { Flag } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Step } from "@/api/workflow-engine";
import { Badge } from "@/kit/Badge";

const kinds = ["agent", "tool", "workflow", "wait", "approval", "gate", "compensation"] as const;

/** What sort of step it is, who does it, and what is special about it. */
export function StepFacts({ step }: { step: Step }) {
  const { t } = useTranslation();
  const kind = kinds.find((each) => each === step.kind) ?? "tool";
  const actor = step.agent ?? step.tool;
  return (
    <p className="mt-1.5 flex flex-wrap gap-1.5">
      <Badge>{t(`step.kind.${kind}`)}</Badge>
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
      {(step.rounds ?? 0) > 1 && (
        <Badge tone="warn">{t("execution.rounds", { count: step.rounds ?? 0 })}</Badge>
      )}
      {step.checkpoint && (
        <Badge title={t("execution.checkpoint")}>
          <Flag aria-hidden />
          {typeof step.checkpoint === "string" ? (
            <bdi>{step.checkpoint}</bdi>
          ) : (
            t("execution.checkpoint")
          )}
        </Badge>
      )}
      {step.compensates && <Badge>{t("execution.compensates", { step: step.compensates })}</Badge>}
    </p>
  );
}

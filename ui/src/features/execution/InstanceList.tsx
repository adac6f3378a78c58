import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type LiveText, liveKey } from "@/api/liveText";
import type { Instance, Step } from "@/api/types";
import { Button } from "@/kit/Button";
import { JsonView } from "@/kit/JsonView";
import { LivePane } from "@/kit/LivePane";
import { StepStatusIcon } from "@/kit/StepStatusIcon";
import { tellingOf } from "@/lib/instances";
import { AttemptView } from "./AttemptView";

interface Props {
  step: Step;
  instances: Instance[];
  text: LiveText;
}

/** So many come at a time: each may hold pages of output. */
const part = 25;

/** What happened in the instances of a step, and what they gave. */
export function InstanceList({ step, instances, text }: Props) {
  const { t } = useTranslation();
  const [most, setMost] = useState(part);
  const shown = tellingOf(instances, most);
  return (
    <>
      {shown.map((instance) => (
        <div key={instance.index} className="flex flex-col gap-3">
          {step.fan_out && (
            <h3 className="flex items-center gap-2 border-line border-t pt-3 font-medium text-sm">
              <StepStatusIcon status={instance.status} />
              <bdi className="min-w-0 truncate">{instance.label}</bdi>
            </h3>
          )}
          {instance.status === "running" && step.kind === "agent" && (
            <LivePane text={text[liveKey(step.id, instance.index)] ?? ""} className="h-48" />
          )}
          {instance.attempts.map((attempt) => (
            <AttemptView key={attempt.number} attempt={attempt} />
          ))}
          {instance.output !== null && instance.output !== undefined && (
            <JsonView value={instance.output} label={t("execution.output")} />
          )}
        </div>
      ))}
      {shown.length < instances.length && (
        <Button size="sm" className="self-center" onClick={() => setMost(most + part)}>
          {t("action.more")}
        </Button>
      )}
    </>
  );
}

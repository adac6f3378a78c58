import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { stepDataOptions } from "@/api/executions";
import { JsonView } from "@/kit/JsonView";
import { ProblemText } from "@/kit/ProblemText";
import { Skeleton } from "@/kit/Skeleton";

interface Props {
  executionId: string;
  step: string;
}

/** What the step was given; asked for when it is opened, because it may be large. */
export function StepInputs({ executionId, step }: Props) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const { data, error } = useQuery({ ...stepDataOptions(executionId, step), enabled: isOpen });
  return (
    <details
      className="border-line border-t pt-3 text-sm"
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary className="cursor-pointer font-medium">{t("execution.stepInputs")}</summary>
      <div className="mt-2">
        {error && (
          <p className="text-danger text-xs">
            <ProblemText error={error} />
          </p>
        )}
        {!data && !error && <Skeleton className="h-24" />}
        {data &&
          (data.inputs === undefined || data.inputs === null ? (
            <p className="text-muted text-xs">{t("execution.noInputs")}</p>
          ) : (
            <JsonView value={data.inputs} label={t("execution.inputs")} />
          ))}
      </div>
    </details>
  );
}

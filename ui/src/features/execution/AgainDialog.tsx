import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Again } from "@/api/executions";
import type { ExecutionDetail } from "@/api/workflow-engine";
import { Button } from "@/kit/Button";
import { Field } from "@/kit/Field";
import { Modal } from "@/kit/Modal";
import { Select } from "@/kit/Select";
import { fromStepPreview, retryPreview, rollbackPreview } from "@/lib/afterLife";
import { PreviewLists, UndoLists } from "./PreviewLists";
import { useAgain } from "./useOrder";

export type Mode = "retry" | "resume-from" | "rollback";

interface Props {
  execution: ExecutionDetail;
  mode: Mode;
  step?: string;
  onClose: () => void;
}

const words = { retry: "retry", "resume-from": "resumeFrom", rollback: "rollback" } as const;

/** Retry, resume from a step, roll back: with what will be kept, done again or undone. */
export function AgainDialog({ execution, mode, step: given, onClose }: Props) {
  const { t } = useTranslation();
  const again = useAgain(execution.id);
  const choices = useMemo(
    () => execution.steps.filter((each) => !each.compensates),
    [execution.steps],
  );
  const first = given ?? choices.find((each) => each.status === "failed")?.id ?? choices[0]?.id;
  const [step, setStep] = useState(first ?? "");
  const order: Again = mode === "resume-from" ? { mode, step } : { mode };
  return (
    <Modal
      isOpen
      isWide
      onClose={onClose}
      title={t(`execution.${words[mode]}Title`)}
      description={t(`execution.${words[mode]}Text`)}
    >
      <form
        className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5"
        onSubmit={(event) => {
          event.preventDefault();
          again.mutate(order);
        }}
      >
        {mode === "resume-from" && (
          <Field label={t("execution.fromStep")}>
            {(control) => (
              <Select {...control} value={step} onChange={(event) => setStep(event.target.value)}>
                {choices.map((each) => (
                  <option key={each.id} value={each.id}>
                    {each.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        {mode === "rollback" ? (
          <UndoLists undoing={rollbackPreview(execution.steps)} />
        ) : (
          <PreviewLists
            preview={
              mode === "retry"
                ? retryPreview(execution.steps)
                : fromStepPreview(execution.steps, step)
            }
          />
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("action.keep")}</Button>
          <Button
            type="submit"
            tone={mode === "rollback" ? "danger" : "primary"}
            isBusy={again.isPending}
          >
            {t(`execution.${words[mode]}`)}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { modelsOptions } from "@/api/models";
import { useCan } from "@/api/useCan";
import type { ExecutionDetail, InputSpecs } from "@/api/workflow-engine";
import { workflowOptions } from "@/api/workflows";
import { Field } from "@/kit/Field";
import { FormButtons } from "@/kit/FormButtons";
import { Modal } from "@/kit/Modal";
import { Select } from "@/kit/Select";
import { Skeleton } from "@/kit/Skeleton";
import { TypedFields } from "@/kit/TypedFields";
import { fromStepPreview } from "@/lib/afterLife";
import { draftOf, type InputFault, readDraft, specsOf } from "@/lib/inputSpec";
import { asProblem } from "@/lib/problem";
import { PreviewLists } from "./PreviewLists";
import { useAgain } from "./useOrder";

interface Props {
  execution: ExecutionDetail;
  step?: string;
  onClose: () => void;
}

/** The same workflow with other inputs or another model, from the start or from a step on. */
export function ForkDialog({ execution, step, onClose }: Props) {
  const { t } = useTranslation();
  const { data: workflow, isPending } = useQuery({
    ...workflowOptions(execution.workflow.slug),
    retry: false,
  });
  const known = specsOf(execution.inputs);
  // A fork keeps its revision, which refuses what only later ones ask for.
  const isSame = workflow?.revision === execution.workflow.revision;
  return (
    <Modal
      isOpen
      isWide
      onClose={onClose}
      title={t("execution.forkTitle")}
      description={t("execution.forkText")}
    >
      {isPending ? (
        <div className="p-5">
          <Skeleton className="h-40" />
        </div>
      ) : (
        <ForkForm
          execution={execution}
          specs={workflow && isSame ? { ...known, ...workflow.inputs } : known}
          initialStep={step ?? ""}
          onClose={onClose}
        />
      )}
    </Modal>
  );
}

interface FormProps {
  execution: ExecutionDetail;
  specs: InputSpecs;
  initialStep: string;
  onClose: () => void;
}

function ForkForm({ execution, specs, initialStep, onClose }: FormProps) {
  const { t } = useTranslation();
  const canSeeModels = useCan("view_models");
  const { data: models } = useQuery({ ...modelsOptions, enabled: canSeeModels });
  const fork = useAgain(execution.id);
  const [step, setStep] = useState(initialStep);
  const [model, setModel] = useState("");
  const [draft, setDraft] = useState(() => draftOf(specs, execution.inputs));
  const [faults, setFaults] = useState<Record<string, InputFault>>({});
  const problem = fork.error ? asProblem(fork.error) : null;
  const submit = () => {
    const read = readDraft(specs, draft);
    setFaults(read.faults);
    if (Object.keys(read.faults).length > 0) return;
    fork.mutate({
      mode: "fork",
      fork: { step: step || undefined, inputs: read.values, model: model || undefined },
    });
  };
  return (
    <form
      noValidate
      className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t("execution.fromStep")}>
          {(control) => (
            <Select {...control} value={step} onChange={(event) => setStep(event.target.value)}>
              <option value="">{t("execution.fromStart")}</option>
              {execution.steps
                .filter((each) => !each.compensates)
                .map((each) => (
                  <option key={each.id} value={each.id}>
                    {each.name}
                  </option>
                ))}
            </Select>
          )}
        </Field>
        <Field label={t("execution.otherModel")}>
          {(control) => (
            <Select {...control} value={model} onChange={(event) => setModel(event.target.value)}>
              <option value="">
                {execution.model
                  ? t("execution.sameModel", { model: execution.model })
                  : t("execution.defaultModel")}
              </option>
              {(models?.items ?? [])
                .filter((each) => each.id !== execution.model)
                .map((each) => (
                  <option key={each.id} value={each.id}>
                    {each.id}
                  </option>
                ))}
            </Select>
          )}
        </Field>
      </div>
      <TypedFields
        specs={specs}
        draft={draft}
        faults={faults}
        messages={Object.fromEntries(
          Object.keys(specs).map((name) => [
            name,
            problem?.field(`inputs.${name}`) ?? problem?.field(name),
          ]),
        )}
        onChange={setDraft}
      />
      <PreviewLists preview={fromStepPreview(execution.steps, step || null)} />
      <FormButtons isBusy={fork.isPending} onCancel={onClose}>
        {t("execution.fork")}
      </FormButtons>
    </form>
  );
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/keys";
import { createEventTrigger } from "@/api/triggers";
import { Field } from "@/kit/Field";
import { FormButtons } from "@/kit/FormButtons";
import { Input } from "@/kit/Input";
import { Modal } from "@/kit/Modal";
import { ProblemNotice } from "@/kit/ProblemNotice";
import { SuggestInput } from "@/kit/SuggestInput";
import { asProblem } from "@/lib/problem";
import { InputsField } from "./InputsField";
import { readInputs } from "./inputsText";
import { WorkflowField } from "./WorkflowField";

/** Events that are known; any other name may be typed. */
const known = [
  "work_item.created",
  "work_item.updated",
  "work_item.moved",
  "work_item.deleted",
  "execution.completed",
  "execution.failed",
  "execution.cancelled",
  "execution.rolled_back",
  "approval.requested",
  "approval.escalated",
  "approval.decided",
];

export function NewEventTriggerDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [workflow, setWorkflow] = useState("");
  const [event, setEvent] = useState("");
  const [condition, setCondition] = useState("");
  const [inputs, setInputs] = useState("");
  const read = readInputs(inputs);
  const create = useMutation({
    mutationFn: () =>
      createEventTrigger({
        workflow,
        event: event.trim(),
        if: condition.trim() || undefined,
        inputs: read.inputs,
      }),
    onSuccess: onClose,
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.eventTriggers }),
  });
  const problem = create.error ? asProblem(create.error) : null;
  return (
    <Modal isOpen onClose={onClose} title={t("event.new")} description={t("event.noneText")}>
      <form
        className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5"
        onSubmit={(submitted) => {
          submitted.preventDefault();
          create.mutate();
        }}
      >
        <Field label={t("event.name")} error={problem?.field("event")}>
          {(control) => (
            <SuggestInput
              {...control}
              required
              dir="ltr"
              suggestions={known}
              value={event}
              onChange={(change) => setEvent(change.target.value)}
            />
          )}
        </Field>
        <Field
          label={t("event.condition")}
          hint={t("event.conditionHint")}
          error={problem?.field("if")}
        >
          {(control) => (
            <Input
              {...control}
              dir="ltr"
              className="font-mono"
              placeholder="event.item.column == 'Done'"
              value={condition}
              onChange={(change) => setCondition(change.target.value)}
            />
          )}
        </Field>
        <WorkflowField value={workflow} error={problem?.field("workflow")} onChange={setWorkflow} />
        <InputsField
          label={t("execution.inputs")}
          hint={t("event.inputsHint")}
          placeholder={`{"key": "\${{ event.item.key }}"}`}
          value={inputs}
          isWrong={read.isWrong}
          error={problem?.field("inputs")}
          onChange={setInputs}
        />
        <ProblemNotice error={problem} />
        <FormButtons
          isDisabled={workflow === "" || event.trim() === "" || read.isWrong}
          isBusy={create.isPending}
          onCancel={onClose}
        >
          {t("event.create")}
        </FormButtons>
      </form>
    </Modal>
  );
}

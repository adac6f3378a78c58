import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/keys";
import { createEventTrigger } from "@/api/triggers";
import { workflowsOptions } from "@/api/workflows";
import { Button } from "@/kit/Button";
import { Field } from "@/kit/Field";
import { Input } from "@/kit/Input";
import { Modal } from "@/kit/Modal";
import { Notice } from "@/kit/Notice";
import { ProblemText } from "@/kit/ProblemText";
import { Select } from "@/kit/Select";
import { asProblem } from "@/lib/problem";
import { InputsField } from "./InputsField";
import { readInputs } from "./inputsText";

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
  const listId = useId();
  const { data: workflows } = useQuery(workflowsOptions);
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
            <>
              <Input
                {...control}
                required
                dir="ltr"
                list={listId}
                value={event}
                onChange={(change) => setEvent(change.target.value)}
              />
              <datalist id={listId}>
                {known.map((name) => (
                  <option key={name} value={name} />
                ))}
              </datalist>
            </>
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
        <Field label={t("trigger.workflow")} error={problem?.field("workflow")}>
          {(control) => (
            <Select
              {...control}
              required
              value={workflow}
              onChange={(change) => setWorkflow(change.target.value)}
            >
              <option value="">{t("field.choose")}</option>
              {(workflows ?? []).map((each) => (
                <option key={each.slug} value={each.slug}>
                  {each.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <InputsField
          label={t("execution.inputs")}
          hint={t("event.inputsHint")}
          placeholder={`{"key": "\${{ event.item.key }}"}`}
          value={inputs}
          isWrong={read.isWrong}
          error={problem?.field("inputs")}
          onChange={setInputs}
        />
        {problem && (
          <Notice tone="danger" role="alert">
            <ProblemText error={problem} />
          </Notice>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button
            type="submit"
            tone="primary"
            disabled={workflow === "" || event.trim() === "" || read.isWrong}
            isBusy={create.isPending}
          >
            {t("event.create")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/keys";
import { createWebhook } from "@/api/triggers";
import type { CreatedWebhook } from "@/api/workflow-engine";
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

interface Props {
  onClose: () => void;
  onCreated: (webhook: CreatedWebhook) => void;
}

export function NewWebhookDialog({ onClose, onCreated }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const { data: workflows } = useQuery(workflowsOptions);
  const [workflow, setWorkflow] = useState("");
  const [name, setName] = useState("");
  const [mapping, setMapping] = useState("");
  const read = readInputs(mapping);
  const create = useMutation({
    mutationFn: () => createWebhook({ workflow, name: name.trim(), inputs_mapping: read.inputs }),
    onSuccess: onCreated,
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.webhooks }),
  });
  return (
    <Modal isOpen onClose={onClose} title={t("webhook.new")} description={t("webhook.noneText")}>
      <form
        className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Field label={t("trigger.name")} hint={t("webhook.nameHint")}>
          {(control) => (
            <Input
              {...control}
              required
              dir="auto"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label={t("trigger.workflow")}>
          {(control) => (
            <Select
              {...control}
              required
              value={workflow}
              onChange={(event) => setWorkflow(event.target.value)}
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
          label={t("webhook.mapping")}
          hint={t("webhook.mappingHint")}
          placeholder={`{"text": "\${{ body.customer.name }}"}`}
          value={mapping}
          isWrong={read.isWrong}
          error={create.error ? asProblem(create.error).field("inputs_mapping") : undefined}
          onChange={setMapping}
        />
        {create.error && (
          <Notice tone="danger" role="alert">
            <ProblemText error={create.error} />
          </Notice>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button
            type="submit"
            tone="primary"
            disabled={workflow === "" || name.trim() === "" || read.isWrong}
            isBusy={create.isPending}
          >
            {t("webhook.create")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/keys";
import { createWebhook } from "@/api/triggers";
import type { CreatedWebhook } from "@/api/workflow-engine";
import { Field } from "@/kit/Field";
import { FormButtons } from "@/kit/FormButtons";
import { Input } from "@/kit/Input";
import { Modal } from "@/kit/Modal";
import { ProblemNotice } from "@/kit/ProblemNotice";
import { asProblem } from "@/lib/problem";
import { InputsField } from "./InputsField";
import { readInputs } from "./inputsText";
import { WorkflowField } from "./WorkflowField";

interface Props {
  onClose: () => void;
  onCreated: (webhook: CreatedWebhook) => void;
}

export function NewWebhookDialog({ onClose, onCreated }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
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
        <WorkflowField value={workflow} onChange={setWorkflow} />
        <InputsField
          label={t("webhook.mapping")}
          hint={t("webhook.mappingHint")}
          placeholder={`{"text": "\${{ body.customer.name }}"}`}
          value={mapping}
          isWrong={read.isWrong}
          error={create.error ? asProblem(create.error).field("inputs_mapping") : undefined}
          onChange={setMapping}
        />
        <ProblemNotice error={create.error} />
        <FormButtons
          isDisabled={workflow === "" || name.trim() === "" || read.isWrong}
          isBusy={create.isPending}
          onCancel={onClose}
        >
          {t("webhook.create")}
        </FormButtons>
      </form>
    </Modal>
  );
}

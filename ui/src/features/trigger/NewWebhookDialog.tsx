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
import { Select } from "@/kit/Select";
import { asProblem } from "@/lib/problem";

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
  const create = useMutation({
    mutationFn: () => createWebhook({ workflow, name: name.trim() }),
    onSuccess: onCreated,
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.webhooks }),
  });
  return (
    <Modal isOpen onClose={onClose} title={t("webhook.new")} description={t("webhook.noneText")}>
      <form
        className="flex flex-col gap-4 p-5"
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
        {create.error && (
          <Notice tone="danger" role="alert">
            {asProblem(create.error).message}
          </Notice>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button
            type="submit"
            tone="primary"
            disabled={workflow === "" || name.trim() === ""}
            isBusy={create.isPending}
          >
            {t("webhook.create")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

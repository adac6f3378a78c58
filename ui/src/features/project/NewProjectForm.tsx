import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/keys";
import { createProject } from "@/api/projects";
import { Button } from "@/kit/Button";
import { Field } from "@/kit/Field";
import { Input } from "@/kit/Input";
import { Notice } from "@/kit/Notice";
import { ProblemText } from "@/kit/ProblemText";
import { Textarea } from "@/kit/Textarea";
import { asProblem } from "@/lib/problem";
import { suggestKey } from "./projectKey";

export function NewProjectForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [name, setName] = useState("");
  const [typedKey, setTypedKey] = useState<string | null>(null);
  const [description, setDescription] = useState("");
  const key = typedKey ?? suggestKey(name);
  const create = useMutation({
    mutationFn: () => createProject({ name, description, ...(key ? { key } : {}) }),
    onSuccess: async (project) => {
      await queryClient.invalidateQueries({ queryKey: keys.projects });
      onClose();
      await navigate({ to: "/projects/$key", params: { key: project.key } });
    },
  });
  const problem = create.error ? asProblem(create.error) : null;

  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate();
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4 p-5">
      {problem && problem.fields.length === 0 && (
        <Notice tone="danger" role="alert">
          <ProblemText error={problem} />
        </Notice>
      )}
      <div className="grid grid-cols-[1fr_7rem] items-start gap-3">
        <Field label={t("project.name")} error={problem?.field("name")}>
          {(control) => (
            <Input
              {...control}
              required
              dir="auto"
              maxLength={120}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label={t("project.key")} error={problem?.field("key")}>
          {(control) => (
            <Input
              {...control}
              dir="ltr"
              maxLength={10}
              placeholder={t("project.keyAuto")}
              value={key}
              onChange={(event) =>
                setTypedKey(event.target.value.toUpperCase().replace(/[^A-Z0-9]/g, ""))
              }
            />
          )}
        </Field>
      </div>
      <Field label={t("project.description")} error={problem?.field("description")}>
        {(control) => (
          <Textarea
            {...control}
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        )}
      </Field>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button type="submit" tone="primary" isBusy={create.isPending}>
          {t("project.create")}
        </Button>
      </div>
    </form>
  );
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/keys";
import { createProject } from "@/api/projects";
import { Field } from "@/kit/Field";
import { FormButtons } from "@/kit/FormButtons";
import { Input } from "@/kit/Input";
import { FormProblem } from "@/kit/ProblemNotice";
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
      <FormProblem problem={problem} />
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
      <FormButtons isBusy={create.isPending} onCancel={onClose}>
        {t("project.create")}
      </FormButtons>
    </form>
  );
}

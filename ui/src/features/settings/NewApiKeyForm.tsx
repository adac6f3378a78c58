import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { createApiKey } from "@/api/identity";
import { keys } from "@/api/keys";
import type { CreatedApiKey } from "@/api/types";
import { Field } from "@/kit/Field";
import { FormButtons } from "@/kit/FormButtons";
import { Input } from "@/kit/Input";
import { FormProblem } from "@/kit/ProblemNotice";
import { Select } from "@/kit/Select";
import { asProblem } from "@/lib/problem";

interface Props {
  onCancel: () => void;
  onCreated: (created: CreatedApiKey) => void;
}

const lifetimes = [30, 90, 365];

export function NewApiKeyForm({ onCancel, onCreated }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [name, setName] = useState("");
  const [days, setDays] = useState("90");
  const create = useMutation({
    mutationFn: () => createApiKey(days ? { name, expires_in_days: Number(days) } : { name }),
    onSuccess: (created) => {
      onCreated(created);
      void queryClient.invalidateQueries({ queryKey: keys.apiKeys });
    },
  });
  const problem = create.error ? asProblem(create.error) : null;
  return (
    <form
      className="flex flex-col gap-4 p-5"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <FormProblem problem={problem} />
      <Field label={t("apiKey.name")} hint={t("apiKey.nameHint")} error={problem?.field("name")}>
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
      <Field label={t("apiKey.lifetime")} error={problem?.field("expires_in_days")}>
        {(control) => (
          <Select {...control} value={days} onChange={(event) => setDays(event.target.value)}>
            {lifetimes.map((count) => (
              <option key={count} value={count}>
                {t("apiKey.days", { count })}
              </option>
            ))}
            <option value="">{t("apiKey.forever")}</option>
          </Select>
        )}
      </Field>
      <FormButtons isBusy={create.isPending} onCancel={onCancel}>
        {t("apiKey.create")}
      </FormButtons>
    </form>
  );
}

import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { keyScopes } from "@/api/gateway";
import { projectsOptions } from "@/api/projects";
import { FaultText } from "@/kit/FaultText";
import { Field } from "@/kit/Field";
import { Input } from "@/kit/Input";
import { PerMinuteFields } from "@/kit/PerMinuteFields";
import { ProjectSelect } from "@/kit/ProjectSelect";
import { Select } from "@/kit/Select";
import { Textarea } from "@/kit/Textarea";
import type { FieldFault } from "@/lib/problem";
import type { KeyForm } from "./form";

interface Props {
  form: KeyForm;
  isNew: boolean;
  errorOf: (field: string) => FieldFault | undefined;
  onChange: (change: Partial<KeyForm>) => void;
}

const lifetimes = ["7", "30", "90", "365"];

export function KeyFields({ form, isNew, errorOf, onChange }: Props) {
  const { t } = useTranslation();
  const { data: projects } = useQuery(projectsOptions);
  const scopesError = errorOf("scopes");
  return (
    <>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Field label={t("apiKey.name")} hint={t("virtualKey.nameHint")} error={errorOf("name")}>
          {(control) => (
            <Input
              {...control}
              required
              dir="auto"
              value={form.name}
              onChange={(event) => onChange({ name: event.target.value })}
            />
          )}
        </Field>
        {isNew ? (
          <Field label={t("apiKey.lifetime")} error={errorOf("expires_in_days")}>
            {(control) => (
              <Select
                {...control}
                value={form.days}
                onChange={(event) => onChange({ days: event.target.value })}
              >
                {lifetimes.map((days) => (
                  <option key={days} value={days}>
                    {t("apiKey.days", { count: Number(days) })}
                  </option>
                ))}
                <option value="">{t("apiKey.forever")}</option>
              </Select>
            )}
          </Field>
        ) : (
          <Field
            label={t("virtualKey.lastDay")}
            hint={t("virtualKey.lastDayHint")}
            error={errorOf("expires_at")}
          >
            {(control) => (
              <Input
                {...control}
                type="date"
                value={form.lastDay}
                onChange={(event) => onChange({ lastDay: event.target.value })}
              />
            )}
          </Field>
        )}
      </div>
      <fieldset aria-describedby={scopesError ? "scopes-note" : undefined}>
        <legend className="mb-1 font-medium text-sm">{t("virtualKey.scopes")}</legend>
        <div className="grid gap-x-4 sm:grid-cols-2">
          {keyScopes.map((scope) => (
            <label key={scope} className="flex min-h-8 items-center gap-2 text-sm max-md:min-h-10">
              <input
                type="checkbox"
                className="size-4 accent-accent"
                checked={form.scopes.includes(scope)}
                onChange={(event) =>
                  onChange({
                    scopes: keyScopes.filter((each) =>
                      each === scope ? event.target.checked : form.scopes.includes(each),
                    ),
                  })
                }
              />
              {t(`virtualKey.scopeIs.${scope}`)}
            </label>
          ))}
        </div>
        {scopesError && (
          <p id="scopes-note" className="text-danger text-xs">
            <FaultText fault={scopesError} />
          </p>
        )}
      </fieldset>
      <Field
        label={t("virtualKey.models")}
        hint={t("virtualKey.modelsHint")}
        error={errorOf("models")}
      >
        {(control) => (
          <Textarea
            {...control}
            dir="ltr"
            rows={2}
            spellCheck={false}
            className="font-mono"
            placeholder={"openai/*\nfast"}
            value={form.models}
            onChange={(event) => onChange({ models: event.target.value })}
          />
        )}
      </Field>
      <div className="grid items-start gap-4 sm:grid-cols-3">
        <PerMinuteFields
          requests={form.requests}
          tokens={form.tokens}
          errorOf={errorOf}
          onChange={onChange}
        />
        <Field
          label={t("workflow.forProject")}
          hint={t("virtualKey.projectHint")}
          error={errorOf("project")}
        >
          {(control) => (
            <ProjectSelect
              {...control}
              projects={projects?.items}
              value={form.project}
              onChange={(project) => onChange({ project })}
            />
          )}
        </Field>
      </div>
    </>
  );
}

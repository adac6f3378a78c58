import { useTranslation } from "react-i18next";
import type { AddedKind, Platform } from "@/api/gateway";
import { AmountField } from "@/kit/AmountField";
import { Field } from "@/kit/Field";
import { Input } from "@/kit/Input";
import { PerMinuteFields } from "@/kit/PerMinuteFields";
import { SuggestInput } from "@/kit/SuggestInput";
import { SwitchField } from "@/kit/SwitchField";
import { kindFacts } from "@/lib/platformKinds";
import type { FieldFault } from "@/lib/problem";
import { AdvancedFields } from "./AdvancedFields";
import { modelsOf, type PlatformForm } from "./form";
import { KeyField } from "./KeyField";
import { ModelsField } from "./ModelsField";

interface Props {
  kind: AddedKind;
  /** Null for a new one. */
  platform: Platform | null;
  form: PlatformForm;
  errorOf: (field: string) => FieldFault | undefined;
  onChange: (change: Partial<PlatformForm>) => void;
}

export function PlatformFields({ kind, platform, form, errorOf, onChange }: Props) {
  const { t } = useTranslation();
  const facts = kindFacts[kind];
  return (
    <>
      {!platform && (
        <Field label={t("platform.name")} hint={t("platform.nameHint")} error={errorOf("name")}>
          {(control) => (
            <Input
              {...control}
              required
              dir="ltr"
              autoComplete="off"
              spellCheck={false}
              value={form.name}
              onChange={(event) => onChange({ name: event.target.value })}
            />
          )}
        </Field>
      )}
      <KeyField
        kept={platform?.api_key ?? null}
        value={form.apiKey}
        isRemoved={form.removesKey}
        isWanted={facts.wantsKey}
        example={facts.keyLike}
        error={errorOf("api_key")}
        onChange={(apiKey) => onChange({ apiKey })}
        onRemove={(removesKey) => onChange({ removesKey, apiKey: "" })}
      />
      <Field
        label={t("platform.baseUrl")}
        hint={kind === "azure_openai" ? t("platform.baseUrlAzure") : t("platform.baseUrlHint")}
        error={errorOf("base_url")}
      >
        {(control) => (
          <Input
            {...control}
            required
            dir="ltr"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            placeholder={facts.baseUrl || "https://llm.example.com/v1"}
            value={form.baseUrl}
            onChange={(event) => onChange({ baseUrl: event.target.value })}
          />
        )}
      </Field>
      {kind === "azure_openai" && (
        <Field
          label={t("platform.apiVersion")}
          hint={t("platform.apiVersionHint")}
          error={errorOf("settings.api_version")}
        >
          {(control) => (
            <Input
              {...control}
              dir="ltr"
              placeholder="2025-04-01-preview"
              value={form.apiVersion}
              onChange={(event) => onChange({ apiVersion: event.target.value })}
            />
          )}
        </Field>
      )}
      <ModelsField
        platform={platform?.id ?? null}
        value={form.models}
        error={errorOf("models")}
        onChange={(models) => onChange({ models })}
      />
      <Field
        label={t("field.optional", { name: t("platform.defaultModel") })}
        hint={t("platform.defaultModelHint")}
        error={errorOf("default_model")}
      >
        {(control) => (
          <SuggestInput
            {...control}
            dir="ltr"
            autoComplete="off"
            suggestions={modelsOf(form.models)}
            value={form.defaultModel}
            onChange={(event) => onChange({ defaultModel: event.target.value })}
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
        <AmountField
          label={t("platform.budget")}
          hint={t("platform.budgetHint")}
          unit="$"
          error={errorOf("daily_budget_micros")}
          value={form.budget}
          onChange={(budget) => onChange({ budget })}
        />
      </div>
      <SwitchField
        label={t("platform.enabled")}
        hint={t("platform.enabledHint")}
        isOn={form.isEnabled}
        onChange={(isEnabled) => onChange({ isEnabled })}
      />
      <AdvancedFields form={form} errorOf={errorOf} onChange={onChange} />
    </>
  );
}

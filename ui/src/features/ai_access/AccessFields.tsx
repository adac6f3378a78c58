import { useTranslation } from "react-i18next";
import { AmountField } from "@/kit/AmountField";
import type { FieldFault } from "@/lib/problem";
import type { AccessForm } from "./form";
import { OtherModel } from "./OtherModel";
import { PickField } from "./PickField";
import type { Offered } from "./useOffered";

interface Props {
  form: AccessForm;
  offered: Offered;
  errorOf: (field: string) => FieldFault | undefined;
  onChange: (change: Partial<AccessForm>) => void;
}

/** Which platforms, models and agents, and how much of them at once. */
export function AccessFields({ form, offered, errorOf, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <PickField
        label={t("access.platforms")}
        all={t("access.every.platforms")}
        nothing={t("access.nothing.platforms")}
        search={t("access.search.platforms")}
        groups={offered.platforms}
        value={form.platforms}
        error={errorOf("platforms")}
        onChange={(platforms) => onChange({ platforms })}
      />
      <PickField
        label={t("access.models")}
        all={t("access.every.models")}
        nothing={t("access.nothing.models")}
        search={t("platform.searchModels")}
        groups={offered.models}
        value={form.models}
        error={errorOf("models")}
        onChange={(models) => onChange({ models })}
      >
        <OtherModel
          platforms={form.platforms}
          onAdd={(model) => onChange({ models: [...new Set([...(form.models ?? []), model])] })}
        />
      </PickField>
      <PickField
        label={t("access.agents")}
        all={t("access.every.agents")}
        nothing={t("access.nothing.agents")}
        search={t("access.search.agents")}
        groups={offered.agents}
        value={form.agents}
        error={errorOf("agents")}
        onChange={(agents) => onChange({ agents })}
      />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <AmountField
          label={t("access.tokens")}
          hint={t("limit.emptyIsNone")}
          error={errorOf("tokens_per_request")}
          value={form.tokens}
          onChange={(tokens) => onChange({ tokens })}
        />
        <AmountField
          label={t("access.requests")}
          hint={t("limit.emptyIsNone")}
          error={errorOf("requests_per_hour")}
          value={form.requests}
          onChange={(requests) => onChange({ requests })}
        />
      </div>
    </>
  );
}

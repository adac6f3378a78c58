import { useTranslation } from "react-i18next";
import { AmountField } from "@/kit/AmountField";
import { Fold } from "@/kit/Fold";
import { SwitchField } from "@/kit/SwitchField";
import type { FieldFault } from "@/lib/problem";
import { counts, type PlatformForm, times } from "./form";

interface Props {
  form: PlatformForm;
  errorOf: (field: string) => FieldFault | undefined;
  onChange: (change: Partial<PlatformForm>) => void;
}

/** Times, retries, shares and what a server leaves undone: the usual values are mostly right. */
export function AdvancedFields({ form, errorOf, onChange }: Props) {
  const { t } = useTranslation();
  const settings = [...times, ...counts, "tool_calls", "schemas"].map((each) => `settings.${each}`);
  const hasError = [...settings, "weight"].some((field) => errorOf(field));
  return (
    <Fold title={t("platform.advanced")} isOpen={hasError || undefined}>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        {[...times, ...counts].map((each) => (
          <AmountField
            key={each}
            label={t(`platform.setting.${each}`)}
            hint={t(`platform.settingHint.${each}`)}
            error={errorOf(`settings.${each}`)}
            value={form.settings[each]}
            onChange={(value) => onChange({ settings: { ...form.settings, [each]: value } })}
          />
        ))}
        <AmountField
          label={t("platform.weight")}
          hint={t("platform.weightHint")}
          error={errorOf("weight")}
          value={form.weight}
          onChange={(weight) => onChange({ weight })}
        />
        <SwitchField
          label={t("platform.writesCalls")}
          hint={t("platform.writesCallsHint")}
          error={errorOf("settings.tool_calls")}
          isOn={form.writesCalls}
          onChange={(writesCalls) => onChange({ writesCalls })}
        />
        <SwitchField
          label={t("platform.ignoresSchemas")}
          hint={t("platform.ignoresSchemasHint")}
          error={errorOf("settings.schemas")}
          isOn={form.ignoresSchemas}
          onChange={(ignoresSchemas) => onChange({ ignoresSchemas })}
        />
      </div>
    </Fold>
  );
}

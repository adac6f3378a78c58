import { useTranslation } from "react-i18next";
import type { BudgetScope } from "@/api/gateway";
import { Field } from "@/kit/Field";
import { Input } from "@/kit/Input";
import { Select } from "@/kit/Select";
import type { FieldFault } from "@/lib/problem";
import { useKnown } from "./useKnown";

interface Props {
  scope: Exclude<BudgetScope, "organisation">;
  value: string;
  error: FieldFault | undefined;
  onChange: (id: string) => void;
}

/** Which person, key, project…: known ones are chosen by name, others are typed as an id. */
export function WhichField({ scope, value, error, onChange }: Props) {
  const { t } = useTranslation();
  const known = useKnown(scope);
  const isOther = value !== "" && !known?.some(([id]) => id === value);
  return (
    <Field label={t("budget.which")} hint={t(`budget.whichHint.${scope}`)} error={error}>
      {(control) =>
        known ? (
          <Select
            {...control}
            required
            value={value}
            onChange={(event) => onChange(event.target.value)}
          >
            <option value="">{t("field.choose")}</option>
            {isOther && <option value={value}>{value}</option>}
            {known.map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        ) : (
          <Input
            {...control}
            required
            dir="auto"
            autoComplete="off"
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        )
      }
    </Field>
  );
}

import { useTranslation } from "react-i18next";
import { type BudgetScope, budgetScopes } from "@/api/gateway";
import { Field } from "@/kit/Field";
import { Select } from "@/kit/Select";
import type { FieldFault } from "@/lib/problem";
import { WhichField } from "./WhichField";

interface Props {
  scope: BudgetScope;
  scopeId: string;
  error: FieldFault | undefined;
  onChange: (change: { scope?: BudgetScope; scopeId?: string }) => void;
}

/** What the budget is for: known things are chosen by name, anything else is typed. */
export function ScopeFields({ scope, scopeId, error, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <div className="grid items-start gap-4 sm:grid-cols-2">
      <Field label={t("budget.scope")}>
        {(control) => (
          <Select
            {...control}
            value={scope}
            onChange={(event) =>
              onChange({
                scope: budgetScopes.find((each) => each === event.target.value) ?? "organisation",
                scopeId: "",
              })
            }
          >
            {budgetScopes.map((each) => (
              <option key={each} value={each}>
                {t(`budget.scopeIs.${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {scope !== "organisation" && (
        <WhichField
          scope={scope}
          value={scopeId}
          error={error}
          onChange={(id) => onChange({ scopeId: id })}
        />
      )}
    </div>
  );
}

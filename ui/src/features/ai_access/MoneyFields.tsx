import { useTranslation } from "react-i18next";
import { AmountField } from "@/kit/AmountField";
import { BudgetBar } from "@/kit/BudgetBar";
import type { FieldFault } from "@/lib/problem";
import { type OwnBudgets, type Span, spans } from "./form";

interface Props {
  own: OwnBudgets;
  money: Record<Span, string>;
  canManage: boolean;
  errorOf: (span: Span) => FieldFault | undefined;
  onChange: (money: Record<Span, string>) => void;
}

/** The money of a person, with what is used of it. */
export function MoneyFields({ own, money, canManage, errorOf, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium text-sm">{t("access.money")}</legend>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        {spans.map((span) => (
          <div key={span} className="flex flex-col gap-2">
            {canManage ? (
              <AmountField
                unit="$"
                label={t(`access.moneyIs.${span}`)}
                hint={own[span]?.is_active === false ? t("access.moneyOff") : t("access.moneyHint")}
                error={errorOf(span)}
                value={money[span]}
                onChange={(typed) => onChange({ ...money, [span]: typed })}
              />
            ) : (
              <p className="text-sm">
                <span className="block font-medium">{t(`access.moneyIs.${span}`)}</span>
                {!own[span] && (
                  <span className="text-muted text-xs">{t("budget.levelIs.none")}</span>
                )}
              </p>
            )}
            {own[span] && <BudgetBar label={t("budget.spent")} budget={own[span]} />}
          </div>
        ))}
      </div>
    </fieldset>
  );
}

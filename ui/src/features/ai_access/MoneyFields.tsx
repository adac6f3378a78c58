import { useTranslation } from "react-i18next";
import type { Budget } from "@/api/gateway";
import { AmountField } from "@/kit/AmountField";
import { QuotaBar } from "@/kit/QuotaBar";
import { budgetSteps, partOf } from "@/lib/budgetLevel";
import type { FieldFault } from "@/lib/problem";
import { useFormats } from "@/lib/useFormats";
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
            {own[span] && <Used budget={own[span]} />}
          </div>
        ))}
      </div>
    </fieldset>
  );
}

function Used({ budget }: { budget: Budget }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <QuotaBar
      label={t("budget.spent")}
      text={t("quota.of", {
        used: formats.money(budget.spent_micros),
        limit: formats.money(budget.cap_micros),
      })}
      used={partOf(budget.spent_micros, budget.cap_micros)}
      reserved={partOf(budget.reserved_micros, budget.cap_micros)}
      steps={budgetSteps}
    />
  );
}

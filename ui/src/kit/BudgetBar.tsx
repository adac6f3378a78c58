import { useTranslation } from "react-i18next";
import { budgetSteps, partOf } from "@/lib/budgetLevel";
import { useFormats } from "@/lib/useFormats";
import { QuotaBar } from "./QuotaBar";

interface Props {
  label: string;
  budget: { spent_micros: number; reserved_micros: number; cap_micros: number };
}

/** How far a budget is used up. */
export function BudgetBar({ label, budget }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <QuotaBar
      label={label}
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

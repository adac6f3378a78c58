import { BellRing } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Budget } from "@/api/gateway";
import { useScopeName } from "@/api/useScopeName";
import { Badge } from "@/kit/Badge";
import { Panel } from "@/kit/Panel";
import { useFormats } from "@/lib/useFormats";
import { alerted } from "./today";

/** The alerts that budgets raised in the period that each is in. */
export function TodayAlerts({ budgets }: { budgets: Budget[] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const nameOf = useScopeName();
  const raised = alerted(budgets);
  return (
    <Panel title={t("today.alerts")} text={t("today.alertsText")}>
      {raised.length === 0 && <p className="text-muted text-sm">{t("today.noAlerts")}</p>}
      <ul className="flex flex-col gap-3 empty:hidden">
        {raised.map((budget) => (
          <li key={budget.id} className="flex flex-wrap items-center gap-2 text-sm">
            <Badge tone={budget.alerted_percent >= 100 ? "danger" : "warn"}>
              <BellRing aria-hidden />
              {t("budget.alerted", { percent: formats.percent(budget.alerted_percent) })}
            </Badge>
            <bdi className="min-w-0 break-words font-medium">
              {budget.scope_name ?? nameOf(budget.scope, budget.scope_id)}
            </bdi>
            <Badge>{t(`budget.scopeIs.${budget.scope}`)}</Badge>
            <Badge>{t(`budget.periodIs.${budget.period}`)}</Badge>
            <bdi className="ms-auto text-muted text-xs tabular-nums">
              {t("quota.of", {
                used: formats.money(budget.spent_micros),
                limit: formats.money(budget.cap_micros),
              })}
            </bdi>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

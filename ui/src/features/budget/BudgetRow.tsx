import { BellRing, Pause, Pencil, Power, Shuffle, Square, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Budget } from "@/api/gateway";
import { Badge } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { QuotaBar } from "@/kit/QuotaBar";
import { partOf } from "@/lib/budgetLevel";
import { readAction } from "@/lib/onExceeded";
import { useFormats } from "@/lib/useFormats";

interface Props {
  budget: Budget;
  name: string;
  canManage: boolean;
  onEdit: () => void;
  onRemove: () => void;
}

const icons = { stop: Square, pause: Pause, fallback: Shuffle };

export function BudgetRow({ budget, name, canManage, onEdit, onRemove }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { action, model } = readAction(budget.on_exceeded);
  const Icon = icons[action];
  return (
    <li className="flex items-start gap-3 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <bdi className="font-medium">{name}</bdi>
          <Badge>{t(`budget.scopeIs.${budget.scope}`)}</Badge>
          <Badge>{t(`budget.periodIs.${budget.period}`)}</Badge>
          {!budget.is_active && (
            <Badge tone="warn">
              <Power aria-hidden />
              {t("budget.off")}
            </Badge>
          )}
          {budget.alerted_percent > 0 && (
            <Badge tone={budget.alerted_percent >= 100 ? "danger" : "warn"}>
              <BellRing aria-hidden />
              {t("budget.alerted", { percent: formats.percent(budget.alerted_percent) })}
            </Badge>
          )}
        </p>
        <QuotaBar
          className="mt-2 max-w-xl"
          label={t("budget.spent")}
          text={t("quota.of", {
            used: formats.money(budget.spent_micros),
            limit: formats.money(budget.cap_micros),
          })}
          used={partOf(budget.spent_micros, budget.cap_micros)}
          reserved={partOf(budget.reserved_micros, budget.cap_micros)}
        />
        <p className="mt-1.5 flex flex-wrap gap-x-3 gap-y-0.5 text-muted text-xs">
          {budget.reserved_micros > 0 && (
            <span>{t("budget.reserved", { money: formats.money(budget.reserved_micros) })}</span>
          )}
          {budget.period !== "total" && (
            <span>{t("budget.since", { date: formats.day(budget.period_at) })}</span>
          )}
          <span className="flex items-center gap-1">
            <Icon className="size-3" aria-hidden />
            {t(`budget.then.${action}`, { model })}
          </span>
        </p>
      </div>
      {canManage && (
        <div className="flex max-sm:flex-col">
          <Button
            tone="ghost"
            size="icon"
            aria-label={t("budget.editTitle", { name })}
            onClick={onEdit}
          >
            <Pencil aria-hidden />
          </Button>
          <Button
            tone="ghost"
            size="icon"
            aria-label={t("budget.removeWhat", { name })}
            onClick={onRemove}
          >
            <Trash2 aria-hidden />
          </Button>
        </div>
      )}
    </li>
  );
}

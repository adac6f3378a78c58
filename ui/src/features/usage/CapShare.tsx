import { useTranslation } from "react-i18next";
import { type BudgetLevel, levelOf } from "@/lib/budgetLevel";
import { cn } from "@/lib/cn";
import { useFormats } from "@/lib/useFormats";
import { type Cap, usedOf } from "./today";

const fill: Record<BudgetLevel, string> = {
  ok: "bg-accent",
  near: "bg-warn",
  critical: "bg-danger",
  exceeded: "bg-danger",
};

/** How much of a cap is used, in a cell of a table. */
export function CapShare({ cap }: { cap: Cap | null }) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (!cap) return <span className="text-muted text-xs">{t("budget.levelIs.none")}</span>;
  const percent = Math.round(usedOf(cap) * 100);
  return (
    <span className="flex flex-col items-end gap-0.5">
      <bdi>{t("quota.of", { used: formats.money(cap.spent), limit: formats.money(cap.cap) })}</bdi>
      <span className="flex items-center gap-2 text-xs">
        <span aria-hidden className="h-1.5 w-20 overflow-hidden rounded-full bg-hover">
          <span
            className={cn("block h-full rounded-full", fill[levelOf(usedOf(cap))])}
            style={{ width: `${Math.min(100, percent)}%` }}
          />
        </span>
        {formats.percent(percent)}
      </span>
    </span>
  );
}

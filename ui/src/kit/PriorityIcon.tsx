import { CircleAlert, SignalHigh, SignalLow, SignalMedium } from "lucide-react";
import { useTranslation } from "react-i18next";

const icons = { critical: CircleAlert, high: SignalHigh, medium: SignalMedium, low: SignalLow };

export function PriorityIcon({ priority }: { priority: keyof typeof icons }) {
  const { t } = useTranslation();
  const Icon = icons[priority];
  const name = t("item.priorityIs", { priority: t(`priority.${priority}`) });
  return (
    <span title={name} className={priority === "critical" ? "text-danger" : "text-muted"}>
      <Icon className="size-4 rtl:-scale-x-100" aria-hidden />
      <span className="sr-only">{name}</span>
    </span>
  );
}

import { CircleCheck, CircleSlash, CircleX, type LucideIcon, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { BudgetLevel } from "@/lib/budgetLevel";
import { Badge, type Tone } from "./Badge";

const looks: Record<BudgetLevel | "none", { tone: Tone; icon: LucideIcon }> = {
  ok: { tone: "ok", icon: CircleCheck },
  near: { tone: "warn", icon: TriangleAlert },
  critical: { tone: "danger", icon: TriangleAlert },
  exceeded: { tone: "danger", icon: CircleX },
  none: { tone: "quiet", icon: CircleSlash },
};

/** How near spending is to its cap: a word, an icon and a colour. */
export function BudgetLevelBadge({ level }: { level: BudgetLevel | "none" }) {
  const { t } = useTranslation();
  const { tone, icon: Icon } = looks[level];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden />
      {t(`budget.levelIs.${level}`)}
    </Badge>
  );
}

import { Ban, CircleCheck, CircleMinus, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { AccessLevel } from "@/api/gateway";
import { Badge, type Tone } from "@/kit/Badge";

const looks: Record<AccessLevel, { tone: Tone; icon: LucideIcon }> = {
  full: { tone: "ok", icon: CircleCheck },
  limited: { tone: "warn", icon: CircleMinus },
  none: { tone: "danger", icon: Ban },
};

/** How much a person may use: a word, an icon and a colour. */
export function LevelBadge({ level }: { level: AccessLevel }) {
  const { t } = useTranslation();
  const { tone, icon: Icon } = looks[level];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden />
      {t(`access.levelIs.${level}`)}
    </Badge>
  );
}

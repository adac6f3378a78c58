import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleX,
  Gauge,
  type LucideIcon,
  WalletCards,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { type PlatformStatus, platformStatuses } from "@/api/gateway";
import { Badge, type Tone } from "@/kit/Badge";

const looks: Record<PlatformStatus, { tone: Tone; icon: LucideIcon }> = {
  healthy: { tone: "ok", icon: CircleCheck },
  rate_limited: { tone: "warn", icon: Gauge },
  budget_exceeded: { tone: "warn", icon: WalletCards },
  down: { tone: "danger", icon: CircleX },
  error: { tone: "danger", icon: Ban },
  not_configured: { tone: "quiet", icon: CircleDashed },
};

interface Props {
  status: string;
  /** When it was last looked at; null when it never was, which is no good news yet. */
  lastCheck?: string | null;
}

/** How a platform is: a word, an icon and a colour, of which any one is enough. */
export function StatusBadge({ status: value, lastCheck }: Props) {
  const { t } = useTranslation();
  if (value === "healthy" && lastCheck === null) {
    return (
      <Badge>
        <CircleDashed aria-hidden />
        {t("platform.notLookedAt")}
      </Badge>
    );
  }
  const status = platformStatuses.find((each) => each === value) ?? "error";
  const { tone, icon: Icon } = looks[status];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden />
      {t(`platform.status.${status}`)}
    </Badge>
  );
}

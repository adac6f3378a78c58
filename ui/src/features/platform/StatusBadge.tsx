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

/** How a platform is: a word, an icon and a colour, of which any one is enough. */
export function StatusBadge({ status: value }: { status: string }) {
  const { t } = useTranslation();
  const status = platformStatuses.find((each) => each === value) ?? "error";
  const { tone, icon: Icon } = looks[status];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden />
      {t(`platform.status.${status}`)}
    </Badge>
  );
}

import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleX,
  Hourglass,
  LoaderCircle,
  SkipForward,
  UserRoundCheck,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { toStepStatus } from "@/lib/status";

const looks = {
  pending: { icon: CircleDashed, tone: "text-edge" },
  running: { icon: LoaderCircle, tone: "text-accent animate-spin" },
  waiting: { icon: Hourglass, tone: "text-accent" },
  waiting_approval: { icon: UserRoundCheck, tone: "text-warn" },
  completed: { icon: CircleCheck, tone: "text-ok" },
  failed: { icon: CircleX, tone: "text-danger" },
  skipped: { icon: SkipForward, tone: "text-muted" },
  cancelled: { icon: Ban, tone: "text-muted" },
};

export function StepStatusIcon({ status: value }: { status: string }) {
  const { t } = useTranslation();
  const status = toStepStatus(value);
  const { icon: Icon, tone } = looks[status];
  return (
    <span title={t(`step.status.${status}`)} className="shrink-0">
      <Icon className={cn("size-4", tone)} aria-hidden />
      <span className="sr-only">{t(`step.status.${status}`)}</span>
    </span>
  );
}

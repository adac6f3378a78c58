import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { toExecutionStatus } from "@/lib/status";
import { Badge, type Tone } from "./Badge";

const tones = {
  queued: "quiet",
  running: "accent",
  waiting_approval: "warn",
  paused: "warn",
  rolling_back: "warn",
  completed: "ok",
  failed: "danger",
  cancelled: "quiet",
  rolled_back: "quiet",
} as const satisfies Record<string, Tone>;

export function ExecutionStatusBadge({ status: value }: { status: string }) {
  const { t } = useTranslation();
  const status = toExecutionStatus(value);
  return (
    <Badge tone={tones[status]}>
      <span
        aria-hidden
        className={cn(
          "size-1.5 rounded-full bg-current",
          (status === "running" || status === "rolling_back") && "animate-breathe",
        )}
      />
      {t(`execution.status.${status}`)}
    </Badge>
  );
}

import { useTranslation } from "react-i18next";
import type { Attempt } from "@/api/types";
import { StepStatusIcon } from "@/kit/StepStatusIcon";
import { cn } from "@/lib/cn";
import type { StepStatus } from "@/lib/status";
import { useFormats } from "@/lib/useFormats";
import { barOf, type Span } from "@/lib/waterfall";

interface Props {
  name: string;
  status: string;
  attempts: Attempt[];
  count?: number;
  span: Span;
  isNested?: boolean;
  isSelected: boolean;
  onSelect: () => void;
}

const tones: Record<StepStatus, string> = {
  pending: "bg-edge",
  skipped: "bg-edge",
  running: "bg-accent animate-breathe",
  completed: "bg-ok",
  failed: "bg-danger",
  cancelled: "bg-edge",
};

export function TimelineRow(props: Props) {
  const { name, status, attempts, count, span, isNested, isSelected, onSelect } = props;
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <button
      type="button"
      aria-pressed={isSelected}
      onClick={onSelect}
      className={cn(
        "-outline-offset-2 flex min-h-8 w-full items-center pe-4 text-start text-sm hover:bg-hover max-md:min-h-10",
        isSelected && "bg-accent-soft hover:bg-accent-soft",
      )}
    >
      <span
        className={cn(
          "flex w-1/2 shrink-0 md:w-2/5 items-center gap-2 pe-2",
          isNested ? "ps-9" : "ps-4",
        )}
      >
        <StepStatusIcon status={status} />
        <span
          className={cn("min-w-0 truncate", (isNested || status === "pending") && "text-muted")}
          dir="auto"
        >
          {name}
        </span>
        {count !== undefined && count > 0 && (
          <span className="whitespace-nowrap text-muted text-xs tabular-nums">
            <span aria-hidden>× {formats.number(count)}</span>
            <span className="sr-only">{t("execution.instances", { count })}</span>
          </span>
        )}
      </span>
      <span aria-hidden className="relative h-2 flex-1">
        {attempts.map((attempt, at) => {
          const bar = barOf(attempt, span);
          return (
            <span
              // Those of a step that fanned out lie over each other: together they are its extent.
              // biome-ignore lint/suspicious/noArrayIndexKey: attempts are only ever added
              key={at}
              className={cn(
                "absolute inset-y-0 min-w-1 rounded-full",
                tones[bar.status],
                count !== undefined && "inset-y-0.75 animate-none bg-edge",
              )}
              style={{ insetInlineStart: `${bar.startPercent}%`, width: `${bar.widthPercent}%` }}
            />
          );
        })}
      </span>
    </button>
  );
}

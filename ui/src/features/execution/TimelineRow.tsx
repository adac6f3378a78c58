import { useTranslation } from "react-i18next";
import { StepStatusIcon } from "@/kit/StepStatusIcon";
import { cn } from "@/lib/cn";
import type { StepStatus } from "@/lib/status";
import { useFormats } from "@/lib/useFormats";
import type { Bar, BarKind } from "@/lib/waterfall";

interface Props {
  name: string;
  status: string;
  bars: Bar[];
  count?: number;
  rounds?: number;
  isNested?: boolean;
  isSelected: boolean;
  onSelect: () => void;
}

const tones: Record<StepStatus, string> = {
  pending: "bg-edge",
  skipped: "bg-edge",
  running: "bg-accent animate-breathe",
  waiting: "bg-accent",
  waiting_approval: "bg-warn",
  completed: "bg-ok",
  failed: "bg-danger",
  cancelled: "bg-edge",
};

/** Waits are thin and hatched, so that they are not taken for work. */
const shapes: Record<BarKind, string> = {
  work: "",
  wait: "hatched inset-y-0.5 bg-transparent text-accent animate-none",
  approval: "hatched inset-y-0 bg-transparent text-warn animate-none",
  backoff: "inset-y-[3.5px] rounded-none bg-line",
};

export function TimelineRow(props: Props) {
  const { name, status, bars, count, rounds, isNested, isSelected, onSelect } = props;
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
        {rounds !== undefined && rounds > 1 && (
          <span className="whitespace-nowrap rounded bg-warn-soft px-1 text-warn text-xs tabular-nums">
            {t("execution.rounds", { count: rounds })}
          </span>
        )}
      </span>
      <span aria-hidden className="relative h-2 flex-1">
        {bars.map((bar, at) => (
          <span
            // Those of a step that fanned out lie over each other: together they are its extent.
            // biome-ignore lint/suspicious/noArrayIndexKey: attempts are only ever added
            key={at}
            className={cn(
              "absolute inset-y-0 min-w-1 rounded-full",
              tones[bar.status],
              shapes[bar.kind],
              count !== undefined && "inset-y-0.75 animate-none bg-edge",
            )}
            style={{ insetInlineStart: `${bar.startPercent}%`, width: `${bar.widthPercent}%` }}
          />
        ))}
      </span>
    </button>
  );
}

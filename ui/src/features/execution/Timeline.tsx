import { useTranslation } from "react-i18next";
import type { ExecutionDetail } from "@/api/types";
import { cn } from "@/lib/cn";
import { isFinal } from "@/lib/status";
import { useFormats } from "@/lib/useFormats";
import { useNow } from "@/lib/useNow";
import { barsOf, inOrder, spanOf } from "@/lib/waterfall";
import { InstanceRows } from "./InstanceRows";
import { TimelineRow } from "./TimelineRow";
import type { Selection } from "./useSelection";

interface Props {
  execution: ExecutionDetail;
  selection: Selection;
}

/** Steps as bars over time; a step that fanned out shows each of its instances. */
export function Timeline({ execution, selection }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const now = useNow(500, !isFinal(execution.status));
  const span = spanOf(execution, now);
  const total = span.to - span.from;
  const waits = execution.steps.some((step) => step.kind === "wait" || step.kind === "approval");
  return (
    <section
      aria-label={t("execution.timeline")}
      className="overflow-hidden rounded-lg border border-line bg-surface shadow-card"
    >
      <div
        aria-hidden
        className="flex h-8 items-center border-line border-b text-muted text-xs tabular-nums"
      >
        <span className="w-1/2 shrink-0 ps-4 md:w-2/5">{t("execution.step")}</span>
        <span className="flex flex-1 justify-between pe-4">
          {[0, 0.5, 1].map((part) => (
            <span key={part}>
              {part === 0 ? formats.number(0) : formats.duration(total * part)}
            </span>
          ))}
        </span>
      </div>
      <ol className="py-1">
        {inOrder(execution.steps).map((step) => (
          <li key={step.id}>
            <TimelineRow
              name={step.name}
              status={step.status}
              bars={barsOf(step, step.instances, span)}
              count={step.fan_out ? step.instances.length : undefined}
              rounds={step.rounds}
              isSelected={selection.step?.id === step.id && selection.instance === undefined}
              onSelect={() => selection.select(step.id)}
            />
            {step.fan_out && step.instances.length > 0 && (
              <InstanceRows step={step} span={span} selection={selection} />
            )}
          </li>
        ))}
      </ol>
      {waits && (
        <ul
          aria-hidden
          className="flex flex-wrap gap-x-5 gap-y-1 border-line border-t px-4 py-2 text-muted text-xs"
        >
          <Key look="bg-ok">{t("execution.barWork")}</Key>
          <Key look="hatched text-accent">{t("execution.barWait")}</Key>
          <Key look="hatched text-warn">{t("execution.barApproval")}</Key>
        </ul>
      )}
    </section>
  );
}

function Key({ look, children }: { look: string; children: string }) {
  return (
    <li className="flex items-center gap-2">
      <span className={cn("h-2 w-6 rounded-full", look)} />
      {children}
    </li>
  );
}

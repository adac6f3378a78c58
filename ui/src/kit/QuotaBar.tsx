import { TriangleAlert } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { useFormats } from "@/lib/useFormats";

interface Props {
  label: string;
  /** How much of how much, in words. */
  text: string;
  /** The part that is used; 1 is all of it. */
  used: number;
  /** A further part that is set aside. */
  reserved?: number;
  /** From which parts on people are warned, and warned urgently; both are marked on the bar. */
  steps?: readonly [near: number, critical: number];
  className?: string;
}

/** From here on people are warned. */
const warnFrom = 0.85;

/** How far a limit is used up. What the colour says, an icon and the number say too. */
export function QuotaBar({ label, text, used, reserved = 0, steps, className }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const id = useId();
  const [nearFrom, criticalFrom] = steps ?? [warnFrom, 1];
  const percent = Math.max(0, Math.round(used * 100));
  const shown = Math.min(100, percent);
  const held = Math.min(100 - shown, Math.max(0, Math.round(reserved * 100)));
  const isFull = used >= 1;
  const isNear = used >= nearFrom;
  const tone = used >= criticalFrom ? "text-danger" : isNear ? "text-warn" : "text-accent";
  return (
    <div className={className}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-3 text-xs">
        <span id={id} className="font-medium">
          {label}
        </span>
        <span className={cn("flex items-center gap-1 tabular-nums", isNear ? tone : "text-muted")}>
          {isNear && <TriangleAlert className="size-3.5" aria-hidden />}
          {isNear && (
            <span className="sr-only">{isFull ? t("quota.full") : t("quota.nearly")}</span>
          )}
          <bdi>{text}</bdi>
          <span aria-hidden>·</span>
          {formats.percent(percent)}
        </span>
      </div>
      <div
        role="progressbar"
        aria-labelledby={id}
        aria-valuenow={shown}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuetext={`${text}, ${formats.percent(percent)}`}
        className={cn("relative mt-1 flex h-1.5 overflow-hidden rounded-full bg-hover", tone)}
      >
        <div className="h-full bg-current" style={{ width: `${shown}%` }} />
        {held > 0 && <div className="hatched h-full" style={{ width: `${held}%` }} />}
        {steps?.map((step) => (
          <span
            key={step}
            className="absolute inset-y-0 w-0.5 bg-surface"
            style={{ insetInlineStart: `${step * 100}%` }}
          />
        ))}
      </div>
    </div>
  );
}

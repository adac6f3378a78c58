import { cn } from "@/lib/cn";

interface Props {
  percent: number;
  label: string;
  tone?: "accent" | "ok" | "danger" | "muted";
  className?: string;
}

const fill = { accent: "bg-accent", ok: "bg-ok", danger: "bg-danger", muted: "bg-edge" };

export function ProgressBar({ percent, label, tone = "accent", className }: Props) {
  const value = Math.min(100, Math.max(0, Math.round(percent)));
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={0}
      aria-valuemax={100}
      className={cn("h-1.5 overflow-hidden rounded-full bg-hover", className)}
    >
      <div
        className={cn("h-full rounded-full transition-[width] duration-500", fill[tone])}
        style={{ width: `${value}%` }}
      />
    </div>
  );
}

import { Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

interface Props {
  tone?: "quiet" | "warn" | "danger";
  role?: "alert" | "status";
  children: ReactNode;
  className?: string;
}

const look = {
  quiet: "bg-sunken text-muted",
  warn: "bg-warn-soft text-warn",
  danger: "bg-danger-soft text-danger",
};

/** One plain sentence, with a link or a button if there is something to do about it. */
export function Notice({ tone = "quiet", role, children, className }: Props) {
  const Icon = tone === "quiet" ? Info : TriangleAlert;
  return (
    <div
      role={role}
      className={cn("flex items-start gap-2 rounded-md px-3 py-2 text-sm", look[tone], className)}
    >
      <Icon className="mt-0.5 size-4 shrink-0" aria-hidden />
      <div className="min-w-0 flex-1 [&_a]:font-medium [&_a]:text-ink [&_a]:underline [&_a]:underline-offset-2">
        {children}
      </div>
    </div>
  );
}

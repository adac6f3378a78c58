import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import type { ExecutionStatus } from "@/lib/status";

const shown: ExecutionStatus[] = [
  "running",
  "queued",
  "paused",
  "completed",
  "failed",
  "cancelled",
];

export function StatusFilter({ current }: { current: ExecutionStatus | undefined }) {
  const { t } = useTranslation();
  return (
    <nav
      aria-label={t("execution.filter")}
      className="-mx-1 mb-4 flex gap-1 overflow-x-auto p-1 text-sm"
    >
      {[undefined, ...shown].map((status) => (
        <Link
          key={status ?? "all"}
          to="/executions"
          search={(before) => ({ ...before, status })}
          aria-current={status === current ? "true" : undefined}
          className={cn(
            "flex h-8 shrink-0 items-center rounded-md px-3 max-md:h-10",
            status === current
              ? "bg-accent-soft font-medium text-accent"
              : "text-muted hover:bg-hover hover:text-ink",
          )}
        >
          {status ? t(`execution.status.${status}`) : t("execution.all")}
        </Link>
      ))}
    </nav>
  );
}

import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { waitingOptions } from "@/api/approvals";
import { cn } from "@/lib/cn";
import { useFormats } from "@/lib/useFormats";

/** How many questions wait for me, beside the word in the navigation. */
export function WaitingCount({ className }: { className?: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { data } = useQuery({ ...waitingOptions, retry: false });
  if (!data || data.count === 0) return null;
  const { count, hasMore } = data;
  const shown = hasMore ? `${formats.number(count)}+` : formats.number(count);
  return (
    <span
      className={cn(
        "flex h-5 min-w-5 items-center justify-center rounded-full bg-warn-soft px-1.5 font-semibold text-warn text-xs tabular-nums",
        className,
      )}
    >
      <span aria-hidden dir="ltr">
        {shown}
      </span>
      <span className="sr-only">
        {hasMore ? t("approval.waitingMore", { count }) : t("approval.waiting", { count })}
      </span>
    </span>
  );
}

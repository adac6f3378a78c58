import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { mostCounted, waitingOptions } from "@/api/approvals";
import { cn } from "@/lib/cn";
import { useFormats } from "@/lib/useFormats";

/** How many questions wait for me, beside the word in the navigation. */
export function WaitingCount({ className }: { className?: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { data: count } = useQuery({ ...waitingOptions, retry: false });
  if (!count) return null;
  const shown = count > mostCounted ? `${formats.number(mostCounted)}+` : formats.number(count);
  return (
    <span
      className={cn(
        "flex h-5 min-w-5 items-center justify-center rounded-full bg-warn-soft px-1.5 font-semibold text-warn text-xs tabular-nums",
        className,
      )}
    >
      <span aria-hidden>{shown}</span>
      <span className="sr-only">{t("approval.waiting", { count })}</span>
    </span>
  );
}

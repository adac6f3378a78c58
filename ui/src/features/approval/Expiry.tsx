import { Hourglass } from "lucide-react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { useFormats } from "@/lib/useFormats";
import { useNow } from "@/lib/useNow";

const soonMs = 60 * 60_000;

/** How long there is to answer, counting down; urgent in the last hour. */
export function Expiry({ at }: { at: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const end = Date.parse(at);
  const now = useNow(1_000);
  const left = end - now;
  if (left <= 0) return <span className="text-danger text-xs">{t("approval.expiring")}</span>;
  return (
    <time
      dateTime={at}
      title={formats.dateTime(at)}
      className={cn(
        "flex items-center gap-1 whitespace-nowrap text-xs tabular-nums",
        left < soonMs ? "text-danger" : "text-muted",
      )}
    >
      <Hourglass className="size-3" aria-hidden />
      {t("approval.expiresIn", { left: formats.seconds(left) })}
    </time>
  );
}

import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { previewOptions } from "@/api/triggers";
import { ProblemText } from "@/kit/ProblemText";
import { zonedTime } from "@/lib/zonedTime";

interface Props {
  cron: string | null;
  timezone: string;
}

/** The next five times as the server reckons them: it alone knows its zones and clock changes. */
export function NextRuns({ cron, timezone }: Props) {
  const { t, i18n } = useTranslation();
  const { data, error } = useQuery({
    ...previewOptions(cron ?? "", timezone),
    enabled: cron !== null,
    placeholderData: (before) => before,
  });
  return (
    <section
      aria-label={t("schedule.preview")}
      aria-live="polite"
      className="min-h-36 rounded-md bg-sunken p-3 text-sm"
    >
      <p className="font-medium">{t("schedule.preview")}</p>
      {error ? (
        <p className="mt-1 text-danger text-xs" dir="auto">
          <ProblemText error={error} />
        </p>
      ) : (
        <ol className="mt-1 text-muted tabular-nums">
          {cron !== null &&
            (data?.next_runs ?? []).map((each) => (
              <li key={each}>
                <time dateTime={each}>{zonedTime(each, timezone, i18n.language)}</time>
              </li>
            ))}
        </ol>
      )}
    </section>
  );
}

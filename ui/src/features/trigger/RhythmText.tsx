import { useTranslation } from "react-i18next";
import { fromCron, weekdaysOf } from "@/lib/cron";
import { useFormats } from "@/lib/useFormats";

/** A cron expression in words; what has no simple words is shown as it is. */
export function RhythmText({ cron }: { cron: string }) {
  const { t, i18n } = useTranslation();
  const formats = useFormats();
  const rhythm = fromCron(cron);
  const [hours, minutes] = rhythm.time.split(":").map(Number);
  const time = formats.timeOfDay(hours ?? 0, minutes ?? 0);
  switch (rhythm.frequency) {
    case "daily":
      return t("schedule.sayDaily", { time });
    case "weekly": {
      const days = weekdaysOf(i18n.language)
        .filter(({ day }) => rhythm.weekdays.includes(day))
        .map(({ short }) => short);
      const list = new Intl.ListFormat(i18n.language, { style: "short", type: "conjunction" });
      return t("schedule.sayWeekly", { days: list.format(days), time });
    }
    case "monthly":
      return t("schedule.sayMonthly", { day: formats.number(rhythm.dayOfMonth), time });
    case "custom":
      return (
        <code className="font-mono text-xs" dir="ltr">
          {cron}
        </code>
      );
  }
}

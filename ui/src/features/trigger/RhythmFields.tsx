import { useTranslation } from "react-i18next";
import { Field } from "@/kit/Field";
import { Input } from "@/kit/Input";
import { Select } from "@/kit/Select";
import { cn } from "@/lib/cn";
import { type Frequency, type Rhythm, toCron, weekdaysOf } from "@/lib/cron";
import type { FieldFault } from "@/lib/problem";

interface Props {
  rhythm: Rhythm;
  error: FieldFault | undefined;
  onChange: (rhythm: Rhythm) => void;
}

const frequencies: Frequency[] = ["daily", "weekly", "monthly", "custom"];

/** When: every day, on days of the week, on a day of the month, or as cron says. */
export function RhythmFields({ rhythm, error, onChange }: Props) {
  const { t, i18n } = useTranslation();
  const set = (change: Partial<Rhythm>) => onChange({ ...rhythm, ...change });
  const toggle = (day: number) =>
    set({
      weekdays: rhythm.weekdays.includes(day)
        ? rhythm.weekdays.filter((each) => each !== day)
        : [...rhythm.weekdays, day],
    });
  return (
    <>
      <fieldset>
        <legend className="mb-1.5 font-medium text-sm">{t("schedule.frequency")}</legend>
        <div className="flex flex-wrap gap-1">
          {frequencies.map((each) => (
            <label
              key={each}
              className={cn(
                "relative flex h-8 items-center rounded-md border border-line px-3 text-sm max-md:h-10 has-focus-visible:outline-2 has-focus-visible:outline-accent",
                rhythm.frequency === each && "border-accent bg-accent-soft font-medium text-accent",
              )}
            >
              <input
                type="radio"
                name="frequency"
                className="sr-only"
                checked={rhythm.frequency === each}
                onChange={() =>
                  set({
                    frequency: each,
                    cron: each === "custom" ? (toCron(rhythm) ?? rhythm.cron) : rhythm.cron,
                  })
                }
              />
              {t(`schedule.kind.${each}`)}
            </label>
          ))}
        </div>
      </fieldset>
      {rhythm.frequency === "weekly" && (
        <fieldset>
          <legend className="mb-1.5 font-medium text-sm">{t("schedule.days")}</legend>
          <div className="flex flex-wrap gap-1">
            {weekdaysOf(i18n.language).map(({ day, short, long }) => (
              <button
                key={day}
                type="button"
                aria-pressed={rhythm.weekdays.includes(day)}
                onClick={() => toggle(day)}
                className={cn(
                  "flex h-8 min-w-11 items-center justify-center rounded-md border px-2 text-sm max-md:h-10",
                  rhythm.weekdays.includes(day)
                    ? "border-accent bg-accent-soft font-medium text-accent"
                    : "border-line hover:bg-hover",
                )}
              >
                <span aria-hidden>{short}</span>
                <span className="sr-only">{long}</span>
              </button>
            ))}
          </div>
          {rhythm.weekdays.length === 0 && (
            <p className="mt-1 text-danger text-xs">{t("schedule.noDays")}</p>
          )}
        </fieldset>
      )}
      {rhythm.frequency === "custom" ? (
        <Field label={t("schedule.cron")} hint={t("schedule.cronHint")} error={error}>
          {(control) => (
            <Input
              {...control}
              required
              dir="ltr"
              className="font-mono"
              value={rhythm.cron}
              onChange={(event) => set({ cron: event.target.value })}
            />
          )}
        </Field>
      ) : (
        <div className="grid grid-cols-2 gap-4">
          {rhythm.frequency === "monthly" && (
            <Field
              label={t("schedule.dayOfMonth")}
              hint={rhythm.dayOfMonth > 28 ? t("schedule.shortMonths") : undefined}
            >
              {(control) => (
                <Select
                  {...control}
                  value={rhythm.dayOfMonth}
                  onChange={(event) => set({ dayOfMonth: Number(event.target.value) })}
                >
                  {Array.from({ length: 31 }, (_, at) => at + 1).map((day) => (
                    <option key={day} value={day}>
                      {day}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          )}
          <Field label={t("schedule.time")} error={error}>
            {(control) => (
              <Input
                {...control}
                type="time"
                required
                value={rhythm.time}
                onChange={(event) => set({ time: event.target.value })}
              />
            )}
          </Field>
        </div>
      )}
    </>
  );
}

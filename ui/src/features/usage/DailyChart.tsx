import { useTranslation } from "react-i18next";
import type { UsageLine } from "@/api/gateway";
import { Fold } from "@/kit/Fold";
import { Cell, Heading, RowName, Table } from "@/kit/Table";
import { cn } from "@/lib/cn";
import { useFormats } from "@/lib/useFormats";
import { amountOf, ceiling, gapOf, shownValue, ticks } from "./measure";
import type { Measure } from "./search";

interface Props {
  days: UsageLine[];
  measure: Measure;
}

/** A column a day, and the same numbers as a table for whoever reads rather than looks. */
export function DailyChart({ days, measure }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const values = days.map((day) => amountOf(day, measure));
  const most = Math.max(0, ...values);
  const top = ceiling(most);
  const axis = (value: number) =>
    measure === "cost" ? formats.money(value) : formats.compact(value);
  const words = ticks(days.length, 5);
  return (
    <>
      <div aria-hidden className="flex gap-2">
        <div className="flex h-44 flex-col justify-between text-end text-muted text-xs tabular-nums">
          <span>{most > 0 && axis(top)}</span>
          <span>{most > 0 && axis(top / 2)}</span>
          <span>{axis(0)}</span>
        </div>
        <div className="min-w-0 flex-1">
          <div
            className={cn("relative flex h-44 items-end border-line border-b", gapOf(days.length))}
          >
            <span className="absolute inset-x-0 top-0 border-line border-t border-dashed" />
            <span className="absolute inset-x-0 top-1/2 border-line border-t border-dashed" />
            {days.map((day, index) => (
              <span
                key={day.key}
                title={`${formats.day(day.key)}: ${shownValue(values[index] ?? 0, measure, formats)}`}
                className="group relative z-10 flex h-full min-w-0 flex-1 items-end justify-center"
              >
                <span
                  className={cn(
                    "w-full max-w-10 rounded-t-sm bg-accent group-hover:bg-accent-strong",
                    values[index] === 0 && "opacity-0",
                  )}
                  style={{ height: `max(2px, ${((values[index] ?? 0) / top) * 100}%)` }}
                />
              </span>
            ))}
          </div>
          <div className="mt-1 flex justify-between gap-2 text-muted text-xs tabular-nums">
            {words.map((place, index) => (
              <span
                key={place}
                className={cn("truncate", index % 2 === 1 && words.length > 3 && "max-sm:hidden")}
              >
                {formats.shortDay(days[place]?.key ?? "")}
              </span>
            ))}
          </div>
        </div>
      </div>
      <div className="mt-4">
        <Fold title={t("usage.asTable")}>
          <Table
            label={t("usage.perDay")}
            className="max-h-80 border-0 shadow-none"
            heading={
              <>
                <Heading>{t("usage.day")}</Heading>
                <Heading isNumber>{t("usage.cost")}</Heading>
                <Heading isNumber>{t("usage.calls")}</Heading>
                <Heading isNumber>{t("usage.tokens")}</Heading>
              </>
            }
          >
            {days.map((day) => (
              <tr key={day.key}>
                <RowName className="whitespace-nowrap font-normal">{formats.day(day.key)}</RowName>
                <Cell isNumber>{formats.money(day.cost_micros)}</Cell>
                <Cell isNumber>{formats.number(day.calls)}</Cell>
                <Cell isNumber>{formats.number(day.input_tokens + day.output_tokens)}</Cell>
              </tr>
            ))}
          </Table>
        </Fold>
      </div>
    </>
  );
}

import { useTranslation } from "react-i18next";
import type { UsageGroup, UsageLine, UsageReport } from "@/api/gateway";
import { Badge } from "@/kit/Badge";
import { Cell, Heading, RowName, Table } from "@/kit/Table";
import { useFormats } from "@/lib/useFormats";
import { amountOf } from "./measure";
import type { Measure } from "./search";
import { useLineName } from "./useLineName";

interface Props {
  report: UsageReport;
  group: Exclude<UsageGroup, "day">;
  measure: Measure;
}

/** Who or what used it, the largest first, with its share as a bar. */
export function Breakdown({ report, group, measure }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const nameOf = useLineName(group);
  const whole = amountOf(report.total, measure);
  const lines = [...report.items].sort(
    (one, other) => amountOf(other, measure) - amountOf(one, measure),
  );
  return (
    <Table
      label={t(`usage.by.${group}`)}
      heading={
        <>
          <Heading>{t(`usage.group.${group}`)}</Heading>
          <Heading isNumber>{t("usage.share")}</Heading>
          <Heading isNumber>{t("usage.cost")}</Heading>
          <Heading isNumber>{t("usage.calls")}</Heading>
          <Heading isNumber>{t("usage.inputTokens")}</Heading>
          <Heading isNumber>{t("usage.outputTokens")}</Heading>
          <Heading isNumber>{t("usage.duration")}</Heading>
        </>
      }
    >
      {lines.map((line) => {
        const share = whole === 0 ? 0 : (amountOf(line, measure) / whole) * 100;
        return (
          <tr key={line.key}>
            <RowName className="min-w-40 max-w-72">
              <bdi className="break-words">{nameOf(line.key)}</bdi>
              <Notes line={line} />
            </RowName>
            <Cell isNumber>
              <span className="flex items-center justify-end gap-2">
                <span aria-hidden className="h-1.5 w-16 overflow-hidden rounded-full bg-hover">
                  <span
                    className="block h-full rounded-full bg-accent"
                    style={{ width: `${share}%` }}
                  />
                </span>
                <span className="w-9">{formats.percent(share)}</span>
              </span>
            </Cell>
            <Cell isNumber>{formats.money(line.cost_micros)}</Cell>
            <Cell isNumber>{formats.number(line.calls)}</Cell>
            <Cell isNumber>{formats.number(line.input_tokens)}</Cell>
            <Cell isNumber>{formats.number(line.output_tokens)}</Cell>
            <Cell isNumber>{formats.duration(line.mean_duration_ms)}</Cell>
          </tr>
        );
      })}
    </Table>
  );
}

/** What makes the numbers of a line less than certain. */
function Notes({ line }: { line: UsageLine }) {
  const { t } = useTranslation();
  const notes = [
    line.failed_calls > 0 && t("usage.failed", { count: line.failed_calls }),
    line.cached_calls > 0 && t("usage.cached", { count: line.cached_calls }),
    line.estimated_calls > 0 && t("usage.estimated", { count: line.estimated_calls }),
  ].filter((each) => each !== false);
  return (
    <span className="flex flex-wrap items-center gap-x-2 font-normal text-muted text-xs">
      {notes.map((note) => (
        <span key={note}>{note}</span>
      ))}
      {line.unpriced_calls > 0 && (
        <Badge tone="warn">{t("usage.unpriced", { count: line.unpriced_calls })}</Badge>
      )}
    </span>
  );
}

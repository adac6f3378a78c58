import { useTranslation } from "react-i18next";
import { BudgetLevelBadge } from "@/kit/BudgetLevelBadge";
import { Cell, Heading, RowName, Table } from "@/kit/Table";
import { levelOf } from "@/lib/budgetLevel";
import { useFormats } from "@/lib/useFormats";
import { CapShare } from "./CapShare";
import { amountOf } from "./measure";
import { type PlatformToday, usedOf } from "./today";
import { useLineName } from "./useLineName";

interface Props {
  platforms: PlatformToday[];
  /** What all of them cost. */
  whole: number;
}

/** What each platform was asked today, what it cost, and how much of its daily budget that is. */
export function TodayPlatforms({ platforms, whole }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const nameOf = useLineName("platform");
  return (
    <section aria-labelledby="today-platforms" className="flex flex-col gap-3">
      <h2 id="today-platforms" className="font-semibold">
        {t("usage.by.platform")}
      </h2>
      {platforms.length === 0 ? (
        <p className="text-muted text-sm">{t("today.none")}</p>
      ) : (
        <Table
          label={t("usage.by.platform")}
          heading={
            <>
              <Heading>{t("usage.group.platform")}</Heading>
              <Heading isNumber>{t("usage.calls")}</Heading>
              <Heading isNumber>{t("usage.tokens")}</Heading>
              <Heading isNumber>{t("usage.cost")}</Heading>
              <Heading isNumber>{t("usage.share")}</Heading>
              <Heading isNumber>{t("platform.budget")}</Heading>
            </>
          }
        >
          {platforms.map(({ line, cap }) => {
            const level = cap ? levelOf(usedOf(cap)) : "ok";
            return (
              <tr key={line.key}>
                <RowName className="min-w-36 max-w-72">
                  <bdi className="break-words">{nameOf(line.key)}</bdi>
                  <span className="flex flex-wrap gap-x-2 font-normal text-muted text-xs empty:hidden">
                    {level !== "ok" && <BudgetLevelBadge level={level} />}
                    {line.failed_calls > 0 && (
                      <span>{t("usage.failed", { count: line.failed_calls })}</span>
                    )}
                    {line.unpriced_calls > 0 && (
                      <span>{t("usage.unpriced", { count: line.unpriced_calls })}</span>
                    )}
                  </span>
                </RowName>
                <Cell isNumber>{formats.number(line.calls)}</Cell>
                <Cell isNumber>{formats.number(amountOf(line, "tokens"))}</Cell>
                <Cell isNumber>{formats.money(line.cost_micros)}</Cell>
                <Cell isNumber>
                  {formats.percent(whole === 0 ? 0 : (line.cost_micros / whole) * 100)}
                </Cell>
                <Cell isNumber>
                  <CapShare cap={cap} />
                </Cell>
              </tr>
            );
          })}
        </Table>
      )}
    </section>
  );
}

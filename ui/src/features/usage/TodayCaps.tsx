import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { rateLimitsOptions } from "@/api/costs";
import type { RateLimit } from "@/api/gateway";
import { BudgetBar } from "@/kit/BudgetBar";
import { Button } from "@/kit/Button";
import { Loaded } from "@/kit/Loaded";
import { Panel } from "@/kit/Panel";
import { Skeleton } from "@/kit/Skeleton";
import { criticalFrom, nearFrom } from "@/lib/budgetLevel";
import { readAction } from "@/lib/onExceeded";
import { useFormats } from "@/lib/useFormats";
import type { PeriodToday } from "./today";

/** The money of the whole organisation: today, this week, this month. */
export function TodayCaps({ periods }: { periods: PeriodToday[] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <Panel
      title={t("today.organisation")}
      actions={
        <Button asChild size="sm">
          <Link to="/admin/budgets">{t("budget.title")}</Link>
        </Button>
      }
    >
      <ul className="flex flex-col gap-4">
        {periods.map((each) => (
          <li key={each.period}>
            <Bar {...each} />
          </li>
        ))}
      </ul>
      <div className="mt-4 flex flex-col gap-1 border-line border-t pt-3 text-muted text-xs">
        <p>
          {t("today.steps", {
            near: formats.percent(nearFrom * 100),
            critical: formats.percent(criticalFrom * 100),
          })}{" "}
          {t("budget.alerts")}
        </p>
        <Limits />
      </div>
    </Panel>
  );
}

function Bar({ period, spent, budget }: PeriodToday) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (!budget) {
    return (
      <p className="flex flex-wrap items-baseline justify-between gap-x-3 text-xs">
        <span className="font-medium">{t(`today.period.${period}`)}</span>
        <span className="text-muted tabular-nums">
          {formats.money(spent)} · {t("budget.levelIs.none")}
        </span>
      </p>
    );
  }
  const { action, model } = readAction(budget.on_exceeded);
  return (
    <>
      <BudgetBar label={t(`today.period.${period}`)} budget={budget} />
      <p className="mt-1 flex flex-wrap gap-x-3 text-muted text-xs">
        {budget.reserved_micros > 0 && (
          <span>{t("budget.reserved", { money: formats.money(budget.reserved_micros) })}</span>
        )}
        <span>{t(`budget.then.${action}`, { model })}</span>
      </p>
    </>
  );
}

/** How many requests and tokens a minute and a day the organisation may use, if that is limited. */
function Limits() {
  const query = useQuery(rateLimitsOptions);
  return (
    <Loaded query={query} skeleton={<Skeleton className="h-4" />}>
      {(all) => {
        const limit = all.find((each) => each.scope === "organisation");
        return limit && <LimitLine limit={limit} />;
      }}
    </Loaded>
  );
}

function LimitLine({ limit }: { limit: RateLimit }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { requests_per_minute: requests, tokens_per_minute: tokens } = limit;
  const { requests_per_day: requestsADay, tokens_per_day: tokensADay } = limit;
  return (
    <p className="flex flex-wrap gap-x-3">
      <Link to="/admin/rate-limits" className="font-medium text-accent hover:underline">
        {t("limit.title")}
      </Link>
      <span>
        {requests === null
          ? t("limit.anyRequests")
          : t("limit.requestsShort", { shown: formats.number(requests) })}
      </span>
      <span>
        {tokens === null
          ? t("limit.anyTokens")
          : t("limit.tokensShort", { shown: formats.number(tokens) })}
      </span>
      {requestsADay !== null && (
        <span>{t("limit.requestsDayShort", { shown: formats.number(requestsADay) })}</span>
      )}
      {tokensADay !== null && (
        <span>{t("limit.tokensDayShort", { shown: formats.number(tokensADay) })}</span>
      )}
    </p>
  );
}

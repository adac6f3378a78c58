import { useTranslation } from "react-i18next";
import type { PlatformHealth } from "@/api/gateway";
import { QuotaBar } from "@/kit/QuotaBar";
import { When } from "@/kit/When";
import { useFormats } from "@/lib/useFormats";
import { StatusBadge } from "./StatusBadge";
import { useKindName } from "./useKindName";

/** How one platform is, and how much of what it takes is used. */
export function HealthCard({ health }: { health: PlatformHealth }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const nameOf = useKindName();
  const of = (used: string, limit: string) => t("quota.of", { used, limit });
  const bars = [
    [t("limit.requests"), health.requests_last_minute, health.requests_per_minute],
    [t("limit.tokens"), health.tokens_last_minute, health.tokens_per_minute],
  ] as const;
  return (
    <li className="flex flex-col gap-3 rounded-lg border border-line bg-surface p-4 shadow-card">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="font-semibold">
          <bdi>{health.platform}</bdi>
        </h2>
        <span className="text-muted text-xs">{nameOf(health.kind)}</span>
        <span className="ms-auto">
          <StatusBadge status={health.status} lastCheck={health.last_check} />
        </span>
      </div>
      {health.detail && (
        <p className="align-page text-sm break-words" dir="auto">
          {health.detail}
        </p>
      )}
      {bars.map(([label, used, limit]) =>
        limit ? (
          <QuotaBar
            key={label}
            label={label}
            text={of(formats.number(used), formats.number(limit))}
            used={used / limit}
          />
        ) : null,
      )}
      {health.daily_budget_micros !== null && (
        <QuotaBar
          label={t("platform.budget")}
          text={of(
            formats.money(health.cost_today_micros),
            formats.money(health.daily_budget_micros),
          )}
          used={health.budget_usage}
        />
      )}
      <dl className="mt-auto grid grid-cols-2 gap-x-4 gap-y-2 text-xs sm:grid-cols-4">
        <Fact name={t("health.lastCheck")}>
          {health.last_check ? <When at={health.last_check} /> : t("health.never")}
        </Fact>
        <Fact name={t("health.latency")}>
          {health.latency_ms === null ? "–" : formats.duration(health.latency_ms)}
        </Fact>
        <Fact name={t("health.inFlight")}>{formats.number(health.in_flight)}</Fact>
        <Fact name={t("health.costToday")}>{formats.money(health.cost_today_micros)}</Fact>
      </dl>
      {health.last_failure && health.last_failure_at && (
        <p className="border-line border-t pt-2 text-muted text-xs">
          {t("health.lastFailure")} <When at={health.last_failure_at} />
          {": "}
          <bdi className="break-words">{health.last_failure}</bdi>
        </p>
      )}
    </li>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt className="text-muted">{name}</dt>
      <dd className="font-medium tabular-nums">{children}</dd>
    </div>
  );
}

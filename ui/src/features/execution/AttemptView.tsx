import { useTranslation } from "react-i18next";
import type { Attempt } from "@/api/types";
import { Badge } from "@/kit/Badge";
import { Elapsed } from "@/kit/Elapsed";
import { Notice } from "@/kit/Notice";
import { StepStatusIcon } from "@/kit/StepStatusIcon";
import { useFormats } from "@/lib/useFormats";
import { CallRow } from "./CallRow";

export function AttemptView({ attempt }: { attempt: Attempt }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <div className="rounded-md border border-line">
      <p className="flex items-center gap-2 px-3 py-2 text-sm">
        <StepStatusIcon status={attempt.status} />
        {t("execution.attempt", { number: formats.number(attempt.number) })}
        {attempt.agent && (
          <Badge>
            <bdi>{attempt.agent}</bdi>
          </Badge>
        )}
        {(attempt.deaths ?? 0) > 0 && (
          <Badge tone="warn">{t("execution.deaths", { count: attempt.deaths ?? 0 })}</Badge>
        )}
        <span className="ms-auto text-muted text-xs">
          <Elapsed from={attempt.started_at} to={attempt.finished_at} />
        </span>
      </p>
      {attempt.wait_until && !attempt.finished_at && (
        <p className="px-3 pb-2 text-muted text-xs">
          {t("execution.waitsUntil", { when: formats.dateTime(attempt.wait_until) })}
        </p>
      )}
      {attempt.error && (
        <Notice tone="danger" className="mx-3 mb-2">
          <p dir="auto">{attempt.error.message}</p>
          <p className="mt-0.5 font-mono text-xs opacity-90" dir="ltr">
            {attempt.error.code}
          </p>
        </Notice>
      )}
      {attempt.calls.length > 0 && (
        <ul
          aria-label={t("usage.calls")}
          className="divide-y divide-line border-line border-t text-xs"
        >
          {attempt.calls.map((call) => (
            <CallRow key={call.id} call={call} />
          ))}
        </ul>
      )}
    </div>
  );
}

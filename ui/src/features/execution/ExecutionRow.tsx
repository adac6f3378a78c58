import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Execution } from "@/api/types";
import { Elapsed } from "@/kit/Elapsed";
import { ExecutionStatusBadge } from "@/kit/ExecutionStatusBadge";
import { Key } from "@/kit/Key";
import { ProgressBar } from "@/kit/ProgressBar";
import { useRising } from "@/kit/useRising";
import { When } from "@/kit/When";
import { isFinal, toTrigger } from "@/lib/status";
import { useFormats } from "@/lib/useFormats";
import { ExecutionBadges } from "./ExecutionBadges";

export function ExecutionRow({ execution }: { execution: Execution }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const percent = useRising(execution.id, execution.progress.percent);
  const { usage } = execution;
  const trigger = toTrigger(execution.trigger ?? "");
  const tokens = usage.input_tokens + usage.output_tokens;
  return (
    <li className="relative grid gap-x-4 gap-y-1 px-4 py-3 transition-colors hover:bg-hover md:grid-cols-[1fr_auto]">
      <div className="flex min-w-0 flex-wrap items-center gap-2">
        <ExecutionStatusBadge status={execution.status} />
        <Link
          to="/executions/$id"
          params={{ id: execution.id }}
          dir="auto"
          className="align-page min-w-0 truncate font-medium after:absolute after:inset-0"
        >
          {execution.title}
        </Link>
        <ExecutionBadges execution={execution} />
      </div>
      <div className="flex items-center gap-3 text-muted text-xs tabular-nums md:justify-end">
        <Elapsed from={execution.started_at} to={execution.finished_at} />
        <span>{t("usage.tokens", { count: tokens, shown: formats.number(tokens) })}</span>
        <span>{formats.money(usage.cost_micros)}</span>
      </div>
      <p className="flex min-w-0 flex-wrap items-center gap-x-3 text-muted text-xs">
        {execution.project && <Key>{execution.project}</Key>}
        <bdi>{execution.workflow.name}</bdi>
        <bdi>{execution.started_by.name}</bdi>
        {trigger && trigger !== "manual" && <span>{t(`trigger.kind.${trigger}`)}</span>}
        <When at={execution.created_at} />
      </p>
      {!isFinal(execution.status) && (
        <ProgressBar
          percent={percent}
          label={t("execution.progress")}
          className="self-center md:w-48"
        />
      )}
      {execution.error && (
        <p className="align-page truncate text-danger text-xs" dir="auto">
          {execution.error.message}
        </p>
      )}
    </li>
  );
}

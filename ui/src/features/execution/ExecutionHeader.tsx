import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ExecutionDetail } from "@/api/types";
import { useCan } from "@/api/useCan";
import { Badge } from "@/kit/Badge";
import { Elapsed } from "@/kit/Elapsed";
import { ExecutionStatusBadge } from "@/kit/ExecutionStatusBadge";
import { Key } from "@/kit/Key";
import { ProgressBar } from "@/kit/ProgressBar";
import { useRising } from "@/kit/useRising";
import { When } from "@/kit/When";
import { isFinal, toTrigger } from "@/lib/status";
import { useFormats } from "@/lib/useFormats";
import { ExecutionBadges } from "./ExecutionBadges";
import { Orders } from "./Orders";

const barTone = (status: ExecutionDetail["status"]) => {
  if (status === "completed") return "ok";
  if (status === "failed") return "danger";
  return isFinal(status) ? "muted" : "accent";
};

export function ExecutionHeader({ execution }: { execution: ExecutionDetail }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const percent = useRising(execution.id, execution.progress.percent);
  const { usage, progress } = execution;
  const seesCosts = useCan("view_costs");
  // Medium is what everything has that nobody thought about.
  const priority = (["critical", "high", "low"] as const).find(
    (each) => each === execution.priority,
  );
  const trigger = toTrigger(execution.trigger ?? "");
  const { item, sprint } = execution.charged_to ?? {};
  return (
    <header className="flex flex-col gap-4">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-80">
          <p className="mb-1 flex flex-wrap items-center gap-2 text-muted text-sm">
            <Link to="/executions" className="hover:text-ink hover:underline">
              {t("nav.executions")}
            </Link>
            <span aria-hidden>/</span>
            <Link
              to="/workflows/$slug"
              params={{ slug: execution.workflow.slug }}
              className="hover:text-ink hover:underline"
            >
              <bdi>{execution.workflow.name}</bdi>
            </Link>
            {execution.workflow.revision !== null && (
              <span className="text-xs">
                {t("execution.revision", { revision: formats.number(execution.workflow.revision) })}
              </span>
            )}
          </p>
          <h1
            className="align-page line-clamp-2 text-balance font-semibold text-xl tracking-tight"
            dir="auto"
          >
            {execution.title}
          </h1>
          <div className="mt-2 flex flex-wrap items-center gap-2">
            <ExecutionStatusBadge status={execution.status} />
            <ExecutionBadges execution={execution} />
            {trigger && <Badge>{t(`trigger.kind.${trigger}`)}</Badge>}
            {priority && (
              <Badge>{t("item.priorityIs", { priority: t(`priority.${priority}`) })}</Badge>
            )}
            {execution.project && (
              <Link
                to="/projects/$key"
                params={{ key: execution.project }}
                search={{ execution: execution.id }}
                className="flex items-center gap-1 text-accent text-sm underline-offset-2 hover:underline"
              >
                {t("execution.openBoard")} <Key className="text-accent">{execution.project}</Key>
              </Link>
            )}
            {item && (
              <Link
                to="/projects/$key/$itemKey"
                params={{ key: item.slice(0, item.lastIndexOf("-")), itemKey: item }}
                className="flex items-center gap-1 text-accent text-sm underline-offset-2 hover:underline"
              >
                {t("execution.about")} <Key className="text-accent">{item}</Key>
              </Link>
            )}
            {sprint && <Badge>{t("execution.sprint", { sprint })}</Badge>}
          </div>
        </div>
        <Orders execution={execution} />
      </div>
      <div className="flex items-center gap-3">
        <ProgressBar
          percent={percent}
          label={t("execution.progress")}
          tone={barTone(execution.status)}
          className="flex-1"
        />
        <span className="text-muted text-xs tabular-nums">
          {t("execution.stepsDone", {
            done: formats.number(progress.completed_steps),
            count: progress.total_steps,
            total: formats.number(progress.total_steps),
          })}
        </span>
      </div>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 text-sm sm:grid-cols-3 lg:grid-cols-6">
        <Fact name={t("execution.startedBy")}>
          <bdi>{execution.started_by.name}</bdi>
        </Fact>
        <Fact name={t("execution.started")}>
          <When at={execution.started_at ?? execution.created_at} />
        </Fact>
        <Fact name={t("execution.duration")}>
          {execution.started_at ? (
            <Elapsed from={execution.started_at} to={execution.finished_at} />
          ) : (
            "–"
          )}
        </Fact>
        <Fact name={t("usage.calls")}>
          {seesCosts && usage.model_calls > 0 ? (
            <Link
              to="/admin/model-calls"
              search={{ execution: execution.id }}
              className="text-accent underline-offset-2 hover:underline"
            >
              {formats.number(usage.model_calls)}
              <span className="sr-only">{t("ledger.title")}</span>
            </Link>
          ) : (
            formats.number(usage.model_calls)
          )}
        </Fact>
        <Fact name={t("usage.inOut")}>
          {formats.number(usage.input_tokens)} / {formats.number(usage.output_tokens)}
        </Fact>
        <Fact name={t("usage.cost")}>{formats.money(usage.cost_micros)}</Fact>
      </dl>
    </header>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-muted text-xs">{name}</dt>
      <dd className="mt-0.5 truncate font-medium tabular-nums">{children}</dd>
    </div>
  );
}

import { Link } from "@tanstack/react-router";
import { CircleX } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { TriggerRun } from "@/api/workflow-engine";
import { Badge } from "@/kit/Badge";
import { ExecutionStatusBadge } from "@/kit/ExecutionStatusBadge";
import { When } from "@/kit/When";

interface Props {
  run: TriggerRun | null | undefined;
  /** Of what, for people who cannot see what stands beside it. */
  name: string;
}

/** When it last started something and what became of that, or why it could not. */
export function LastRun({ run, name }: Props) {
  const { t } = useTranslation();
  if (!run) return t("schedule.never");
  return (
    <>
      <When at={run.at} />
      {run.execution_id ? (
        <Link to="/executions/$id" params={{ id: run.execution_id }}>
          <span className="sr-only">{t("schedule.openLast", { name })}</span>
          <ExecutionStatusBadge status={run.status} />
        </Link>
      ) : (
        <Badge tone={run.error ? "danger" : "quiet"}>
          {run.error && <CircleX aria-hidden />}
          {run.error ? t("trigger.notStarted") : t("trigger.skipped")}
        </Badge>
      )}
      {run.error && (
        <bdi className="align-page basis-full break-words text-danger text-xs">{run.error}</bdi>
      )}
    </>
  );
}

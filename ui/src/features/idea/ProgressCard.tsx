import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/keys";
import { useExecution } from "@/api/useExecution";
import { announce } from "@/kit/announce";
import { Button } from "@/kit/Button";
import { ErrorState } from "@/kit/ErrorState";
import { ExecutionStatusBadge } from "@/kit/ExecutionStatusBadge";
import { Notice } from "@/kit/Notice";
import { ProgressBar } from "@/kit/ProgressBar";
import { Skeleton } from "@/kit/Skeleton";
import { useRising } from "@/kit/useRising";
import { isFinal, toExecutionStatus } from "@/lib/status";
import { LiveSteps } from "./LiveSteps";
import { StopButton } from "./StopButton";
import { UndoBatch } from "./UndoBatch";
import { UsageLine } from "./UsageLine";

interface Props {
  executionId: string;
  projectKey: string;
  madeCount: number;
  onDismiss: () => void;
  onTryAgain: (idea: string) => void;
}

/** The work on one idea, live, from "queued" to "undo all of it". */
export function ProgressCard({ executionId, projectKey, madeCount, onDismiss, onTryAgain }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const { query, text, stream } = useExecution(executionId);
  const execution = query.data;
  const percent = useRising(executionId, execution?.progress.percent ?? 0);
  const isOver = execution !== undefined && isFinal(execution.status);
  const wasOver = useRef(isOver);

  useEffect(() => {
    if (!isOver || wasOver.current) return;
    wasOver.current = true;
    announce(t(`execution.status.${toExecutionStatus(execution.status)}`));
    void queryClient.invalidateQueries({ queryKey: keys.board(projectKey) });
    void queryClient.invalidateQueries({ queryKey: keys.projects });
  }, [isOver, execution?.status, queryClient, projectKey, t]);

  if (!execution) {
    if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
    return <Skeleton className="h-32" />;
  }
  const idea = execution.inputs.idea;
  return (
    <section
      aria-label={t("idea.progress")}
      className="rounded-lg border border-line bg-surface shadow-card"
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 pt-3">
        <ExecutionStatusBadge status={execution.status} />
        <h2 className="align-page min-w-0 flex-1 basis-48 truncate font-medium text-sm" dir="auto">
          {typeof idea === "string" ? idea : execution.title}
        </h2>
        <UsageLine execution={execution} />
        {isOver && (
          <Button tone="ghost" size="tiny" aria-label={t("action.dismiss")} onClick={onDismiss}>
            <X aria-hidden />
          </Button>
        )}
      </div>
      {!isOver && (
        <ProgressBar className="mx-4 mt-3" percent={percent} label={t("execution.progress")} />
      )}
      {stream === "reconnecting" && !isOver && (
        <Notice tone="warn" role="status" className="mx-4 mt-3">
          {t("state.reconnecting")}
        </Notice>
      )}
      {!isOver && <LiveSteps steps={execution.steps} text={text} />}
      {execution.error && (
        <Notice tone="danger" className="mx-4 mt-3">
          {execution.error.message}
        </Notice>
      )}
      <div className="flex flex-wrap items-center gap-2 px-4 py-3">
        {isOver && (
          <p className="me-auto text-muted text-sm">{t("idea.made", { count: madeCount })}</p>
        )}
        {execution.status !== "completed" && isOver && typeof idea === "string" && (
          <Button size="sm" onClick={() => onTryAgain(idea)}>
            {t("idea.tryAgain")}
          </Button>
        )}
        {isOver && madeCount > 0 && (
          <UndoBatch executionId={executionId} projectKey={projectKey} count={madeCount} />
        )}
        {!isOver && <StopButton id={executionId} />}
        <Button asChild size="sm" tone={isOver ? "plain" : "ghost"}>
          <Link to="/executions/$id" params={{ id: executionId }}>
            {t("idea.openExecution")}
          </Link>
        </Button>
      </div>
    </section>
  );
}

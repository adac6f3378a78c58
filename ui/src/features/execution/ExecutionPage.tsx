import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useExecution } from "@/api/useExecution";
import { Loaded } from "@/kit/Loaded";
import { Notice } from "@/kit/Notice";
import { Skeleton } from "@/kit/Skeleton";
import { isFinal } from "@/lib/status";
import { ExecutionHeader } from "./ExecutionHeader";
import { Outcome } from "./Outcome";
import { StepDetail } from "./StepDetail";
import { Timeline } from "./Timeline";
import { useSelection } from "./useSelection";

export function ExecutionPage() {
  const { id } = useParams({ from: "/shell/executions/$id" });
  return <ExecutionView key={id} id={id} />;
}

function ExecutionView({ id }: { id: string }) {
  const { t } = useTranslation();
  const { query, text, stream } = useExecution(id);
  const selection = useSelection(query.data);
  return (
    <div className="mx-auto w-full max-w-7xl px-4 py-6 md:px-8">
      {!query.data && <h1 className="sr-only">{t("nav.executions")}</h1>}
      <Loaded
        query={query}
        skeleton={
          <div className="flex flex-col gap-6">
            <Skeleton className="h-20" />
            <Skeleton className="h-80" />
          </div>
        }
      >
        {(execution) => (
          <div className="flex flex-col gap-6">
            <ExecutionHeader execution={execution} />
            {stream === "reconnecting" && !isFinal(execution.status) && (
              <Notice tone="warn" role="status">
                {t("state.reconnecting")}
              </Notice>
            )}
            <Outcome execution={execution} />
            <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
              <Timeline execution={execution} selection={selection} />
              <StepDetail execution={execution} selection={selection} text={text} />
            </div>
          </div>
        )}
      </Loaded>
    </div>
  );
}

import { useParams, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useExecution } from "@/api/useExecution";
import type { ExecutionDetail } from "@/api/workflow-engine";
import { Loaded } from "@/kit/Loaded";
import { Notice } from "@/kit/Notice";
import { Skeleton } from "@/kit/Skeleton";
import { Tab, Tabs } from "@/kit/Tabs";
import { isFinal } from "@/lib/status";
import { CheckpointList } from "./CheckpointList";
import { ExecutionGraph } from "./ExecutionGraph";
import { ExecutionHeader } from "./ExecutionHeader";
import { InputsAndOutputs } from "./InputsAndOutputs";
import { JournalView } from "./JournalView";
import { Outcome } from "./Outcome";
import { Relations } from "./Relations";
import { StepDetail } from "./StepDetail";
import { Timeline } from "./Timeline";
import { useSelection } from "./useSelection";
import { views } from "./views";

/** What other features put into this page. */
export interface Slots {
  /** The questions that the execution waits with. */
  approvals: (execution: ExecutionDetail) => ReactNode;
}

export function ExecutionPage({ slots }: { slots: Slots }) {
  const { id } = useParams({ from: "/shell/executions/$id" });
  return <ExecutionView key={id} id={id} slots={slots} />;
}

function ExecutionView({ id, slots }: { id: string; slots: Slots }) {
  const { t } = useTranslation();
  const { view = "timeline" } = useSearch({ from: "/shell/executions/$id" });
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
        {(execution) => {
          const detail = <StepDetail execution={execution} selection={selection} text={text} />;
          return (
            <div className="flex flex-col gap-5">
              <ExecutionHeader execution={execution} />
              {stream === "reconnecting" && !isFinal(execution.status) && (
                <Notice tone="warn" role="status">
                  {t("state.reconnecting")}
                </Notice>
              )}
              <Outcome execution={execution} />
              <Relations execution={execution} />
              {slots.approvals(execution)}
              <Tabs label={t("execution.views")}>
                {views.map((each) => (
                  <Tab
                    key={each}
                    from="/executions/$id"
                    to="/executions/$id"
                    params={{ id }}
                    search={(before) => ({ ...before, view: each })}
                    replace
                    resetScroll={false}
                    isCurrent={each === view}
                  >
                    {t(`execution.view.${each}`)}
                  </Tab>
                ))}
              </Tabs>
              {view === "timeline" && (
                <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
                  <Timeline execution={execution} selection={selection} />
                  {detail}
                </div>
              )}
              {view === "graph" && (
                <div className="flex flex-col gap-6">
                  <ExecutionGraph execution={execution} selection={selection} />
                  {detail}
                </div>
              )}
              {view === "data" && <InputsAndOutputs execution={execution} />}
              {view === "journal" && <JournalView execution={execution} />}
              {view === "checkpoints" && <CheckpointList execution={execution} />}
            </div>
          );
        }}
      </Loaded>
    </div>
  );
}

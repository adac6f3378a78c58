import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useCan } from "@/api/useCan";
import type { Workflow } from "@/api/workflow-engine";
import { workflowOptions } from "@/api/workflows";
import { Badge } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { Loaded } from "@/kit/Loaded";
import { Skeleton } from "@/kit/Skeleton";
import { Tab, Tabs } from "@/kit/Tabs";
import { useFormats } from "@/lib/useFormats";
import { Overview } from "./Overview";
import { Revisions } from "./Revisions";
import { SavedDefinition } from "./SavedDefinition";
import { StartDialog } from "./StartDialog";
import { views } from "./views";
import { WorkflowMenu } from "./WorkflowMenu";

export function WorkflowPage() {
  const { t } = useTranslation();
  const { slug } = useParams({ from: "/shell/workflows/$slug" });
  const query = useQuery(workflowOptions(slug));
  return (
    <div className="mx-auto w-full max-w-7xl px-4 py-6 md:px-8">
      {!query.data && <h1 className="sr-only">{t("nav.workflows")}</h1>}
      <Loaded
        query={query}
        skeleton={
          <div className="flex flex-col gap-6">
            <Skeleton className="h-16" />
            <Skeleton className="h-80" />
          </div>
        }
      >
        {(workflow) => <Shown key={slug} workflow={workflow} />}
      </Loaded>
    </div>
  );
}

function Shown({ workflow }: { workflow: Workflow }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { slug } = workflow;
  const { view = "overview", start } = useSearch({ from: "/shell/workflows/$slug" });
  const navigate = useNavigate({ from: "/workflows/$slug" });
  const canRun = useCan("execute_workflow");
  const isArchived = workflow.status === "archived";
  const setStarting = (next: boolean) =>
    void navigate({
      search: (before) => ({ ...before, start: next ? true : undefined }),
      replace: true,
      resetScroll: false,
    });
  return (
    <div className="flex flex-col gap-5">
      <header className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-80">
          <p className="mb-1 text-muted text-sm">
            <Link to="/workflows" className="hover:text-ink hover:underline">
              {t("nav.workflows")}
            </Link>{" "}
            <span aria-hidden>/</span> <bdi className="font-mono text-xs">{slug}</bdi>
          </p>
          <h1 className="align-page font-semibold text-xl tracking-tight" dir="auto">
            {workflow.name}
          </h1>
          <p className="mt-1.5 flex flex-wrap gap-1.5">
            {workflow.revision !== null && (
              <Badge>
                {t("execution.revision", { revision: formats.number(workflow.revision) })}
              </Badge>
            )}
            {workflow.source === "library" && <Badge>{t("workflow.library")}</Badge>}
            {isArchived && <Badge tone="warn">{t("workflow.archived")}</Badge>}
            {(workflow.tags ?? []).map((tag) => (
              <Badge key={tag}>
                <bdi>{tag}</bdi>
              </Badge>
            ))}
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          {canRun && !isArchived && (
            <Button tone="primary" onClick={() => setStarting(true)}>
              <Play className="rtl:-scale-x-100" aria-hidden />
              {t("workflow.start")}
            </Button>
          )}
          <WorkflowMenu workflow={workflow} />
        </div>
      </header>
      <Tabs label={t("workflow.views")}>
        {views.map((each) => (
          <Tab
            key={each}
            to="/workflows/$slug"
            params={{ slug }}
            search={{ view: each }}
            replace
            isCurrent={each === view}
          >
            {t(`workflow.view.${each}`)}
          </Tab>
        ))}
      </Tabs>
      {view === "overview" && <Overview workflow={workflow} />}
      {view === "definition" && <SavedDefinition workflow={workflow} />}
      {view === "revisions" && <Revisions workflow={workflow} />}
      {start && canRun && !isArchived && (
        <StartDialog workflow={workflow} onClose={() => setStarting(false)} />
      )}
    </div>
  );
}

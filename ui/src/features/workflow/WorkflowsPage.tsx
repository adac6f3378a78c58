import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Workflow as Icon, Play, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCan } from "@/api/useCan";
import type { Workflow } from "@/api/workflow-engine";
import { workflowsOptions } from "@/api/workflows";
import { Badge } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { SearchBox } from "@/kit/SearchBox";
import { Skeleton } from "@/kit/Skeleton";
import { matches } from "@/lib/matches";
import { useFormats } from "@/lib/useFormats";
import { ImportButton } from "./ImportButton";
import { WorkflowTabs } from "./WorkflowTabs";

export function WorkflowsPage() {
  const { t } = useTranslation();
  const { q, archived } = useSearch({ from: "/shell/workflows" });
  const navigate = useNavigate({ from: "/workflows" });
  const [typed, setTyped] = useState(q ?? "");
  const query = useQuery(workflowsOptions);
  const canCreate = useCan("create_workflow");
  return (
    <Page
      title={t("nav.workflows")}
      actions={
        canCreate && (
          <div className="flex flex-wrap gap-2">
            <ImportButton />
            <Button asChild tone="primary">
              <Link to="/workflows/new">
                <Plus aria-hidden />
                {t("workflow.new")}
              </Link>
            </Button>
          </div>
        )
      }
    >
      <WorkflowTabs current="workflows" />
      <Loaded
        query={query}
        skeleton={
          <div className="flex flex-col gap-2">
            <Skeleton className="h-16" />
            <Skeleton className="h-16" />
            <Skeleton className="h-16" />
          </div>
        }
      >
        {(all) => {
          const kept = all.filter((each) => archived || each.status !== "archived");
          const shown = kept.filter((each) =>
            matches(typed, [
              each.name,
              each.slug,
              each.description,
              each.department,
              ...(each.tags ?? []),
            ]),
          );
          return (
            <>
              <div className="flex flex-wrap items-start justify-between gap-x-4">
                <SearchBox label={t("workflow.search")} value={typed} onChange={setTyped} />
                {all.some((each) => each.status === "archived") && (
                  <Button
                    tone="ghost"
                    aria-pressed={archived === true}
                    onClick={() =>
                      void navigate({
                        search: { archived: archived ? undefined : true },
                        replace: true,
                      })
                    }
                  >
                    {archived ? t("workflow.hideArchived") : t("workflow.showArchived")}
                  </Button>
                )}
              </div>
              {shown.length === 0 ? (
                <EmptyState
                  icon={Icon}
                  title={typed ? t("workflow.noneWith") : t("workflow.none")}
                  text={typed ? t("workflow.noneWithText") : t("workflow.noneText")}
                >
                  <Button asChild>
                    <Link to="/templates">{t("template.browse")}</Link>
                  </Button>
                </EmptyState>
              ) : (
                <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface shadow-card">
                  {shown.map((workflow) => (
                    <Row key={workflow.slug} workflow={workflow} />
                  ))}
                </ul>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Row({ workflow }: { workflow: Workflow }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const canRun = useCan("execute_workflow");
  return (
    <li className="relative flex items-center gap-4 px-4 py-3 transition-colors hover:bg-hover">
      <div className="min-w-0 flex-1">
        <p className="flex min-w-0 flex-wrap items-center gap-2">
          <Link
            to="/workflows/$slug"
            params={{ slug: workflow.slug }}
            dir="auto"
            className="min-w-0 truncate font-medium after:absolute after:inset-0"
          >
            {workflow.name}
          </Link>
          {workflow.source === "library" && <Badge>{t("workflow.library")}</Badge>}
          {workflow.status === "archived" && <Badge tone="warn">{t("workflow.archived")}</Badge>}
          {workflow.department && (
            <Badge>
              <bdi>{workflow.department}</bdi>
            </Badge>
          )}
        </p>
        <p className="align-page mt-0.5 line-clamp-2 text-muted text-sm" dir="auto">
          {workflow.description}
        </p>
        <p className="mt-1 flex flex-wrap gap-x-3 text-muted text-xs">
          <bdi className="font-mono">{workflow.slug}</bdi>
          <span>{t("workflow.steps", { count: workflow.steps.length })}</span>
          {workflow.revision !== null && (
            <span>{t("execution.revision", { revision: formats.number(workflow.revision) })}</span>
          )}
        </p>
      </div>
      {canRun && workflow.status !== "archived" && (
        <Button asChild className="relative z-10">
          <Link to="/workflows/$slug" params={{ slug: workflow.slug }} search={{ start: true }}>
            <Play className="rtl:-scale-x-100" aria-hidden />
            <span className="max-md:sr-only">{t("workflow.start")}</span>
            <span className="sr-only">{workflow.name}</span>
          </Link>
        </Button>
      )}
    </li>
  );
}

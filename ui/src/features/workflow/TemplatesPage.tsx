import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { LayoutTemplate } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCan } from "@/api/useCan";
import type { Template } from "@/api/workflow-engine";
import { templatesOptions } from "@/api/workflows";
import { Badge } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { SearchBox } from "@/kit/SearchBox";
import { Skeleton } from "@/kit/Skeleton";
import { matches } from "@/lib/matches";
import { InstantiateDialog } from "./InstantiateDialog";
import { WorkflowTabs } from "./WorkflowTabs";

/** Ready workflows by department, to be made one's own. */
export function TemplatesPage() {
  const { t } = useTranslation();
  const { template, q } = useSearch({ from: "/shell/templates" });
  const navigate = useNavigate({ from: "/templates" });
  const [typed, setTyped] = useState(q ?? "");
  const query = useQuery(templatesOptions);
  const canCreate = useCan("create_workflow");
  const open = (key: string | undefined) =>
    void navigate({ search: { template: key }, replace: true, resetScroll: false });
  return (
    <Page title={t("template.title")} isWide>
      <WorkflowTabs current="templates" />
      <Loaded
        query={query}
        skeleton={
          <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
            <Skeleton className="h-44" />
            <Skeleton className="h-44" />
            <Skeleton className="h-44" />
          </div>
        }
      >
        {(all) => {
          const shown = all.filter((each) =>
            matches(typed, [each.name, each.key, each.description, each.department, ...each.tags]),
          );
          const chosen = all.find((each) => each.key === template);
          return (
            <>
              <SearchBox label={t("template.search")} value={typed} onChange={setTyped} />
              {shown.length === 0 ? (
                <EmptyState
                  icon={LayoutTemplate}
                  title={t("template.none")}
                  text={t("template.noneText")}
                />
              ) : (
                departments(shown).map(([department, templates]) => (
                  <section key={department} className="mb-8">
                    <h2 className="mb-3 font-semibold">
                      <bdi>{department || t("template.otherDepartment")}</bdi>
                    </h2>
                    <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
                      {templates.map((each) => (
                        <Card key={each.key} template={each} onOpen={() => open(each.key)} />
                      ))}
                    </ul>
                  </section>
                ))
              )}
              {chosen && canCreate && (
                <InstantiateDialog template={chosen} onClose={() => open(undefined)} />
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function departments(templates: Template[]): [string, Template[]][] {
  const groups = new Map<string, Template[]>();
  for (const each of templates) {
    const name = each.department ?? "";
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  return [...groups].sort(([a], [b]) => Number(a === "") - Number(b === "") || a.localeCompare(b));
}

function Card({ template, onOpen }: { template: Template; onOpen: () => void }) {
  const { t } = useTranslation();
  const canCreate = useCan("create_workflow");
  return (
    <li className="flex flex-col rounded-lg border border-line bg-surface p-4 shadow-card">
      <h3 className="font-medium">
        <bdi>{template.name}</bdi>
      </h3>
      <p className="align-page mt-1 line-clamp-3 text-muted text-sm" dir="auto">
        {template.description}
      </p>
      <p className="mt-3 flex flex-wrap gap-1.5">
        {template.tags.slice(0, 4).map((tag) => (
          <Badge key={tag}>
            <bdi>{tag}</bdi>
          </Badge>
        ))}
      </p>
      <div className="mt-auto flex items-center justify-between gap-2 pt-4">
        <span className="text-muted text-xs">{t("workflow.steps", { count: template.steps })}</span>
        {canCreate && (
          <Button size="sm" onClick={onOpen}>
            {t("template.use")}
            <span className="sr-only">{template.name}</span>
          </Button>
        )}
      </div>
    </li>
  );
}

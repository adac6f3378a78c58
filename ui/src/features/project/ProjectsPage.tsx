import { useQuery } from "@tanstack/react-query";
import { FolderKanban, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { projectsOptions } from "@/api/projects";
import { useCan } from "@/api/useCan";
import { Button } from "@/kit/Button";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { Skeleton } from "@/kit/Skeleton";
import { useShortcut } from "@/lib/useShortcut";
import { NewProject } from "./NewProject";
import { ProjectCard } from "./ProjectCard";

const grid = "grid gap-4 sm:grid-cols-2 lg:grid-cols-3";

export function ProjectsPage() {
  const { t } = useTranslation();
  const query = useQuery(projectsOptions);
  const canCreate = useCan("manage_projects");
  const [isCreating, setCreating] = useState(false);
  useShortcut("c", () => setCreating(true), canCreate);
  const create = canCreate && (
    <Button tone="primary" onClick={() => setCreating(true)} aria-keyshortcuts="c">
      <Plus aria-hidden />
      {t("project.create")}
    </Button>
  );
  return (
    <Page title={t("nav.projects")} actions={query.data?.items.length ? create : null}>
      <Loaded
        query={query}
        skeleton={
          <div className={grid}>
            <Skeleton className="h-36" />
            <Skeleton className="h-36" />
            <Skeleton className="h-36" />
          </div>
        }
      >
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon={FolderKanban} title={t("project.none")} text={t("project.noneText")}>
              {create}
            </EmptyState>
          ) : (
            <ul className={grid}>
              {items.map((project) => (
                <li key={project.key}>
                  <ProjectCard project={project} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <NewProject isOpen={isCreating} onClose={() => setCreating(false)} />
    </Page>
  );
}

import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Project } from "@/api/types";
import { Badge } from "@/kit/Badge";
import { Key } from "@/kit/Key";
import { When } from "@/kit/When";

export function ProjectCard({ project }: { project: Project }) {
  const { t } = useTranslation();
  const { epics, stories, tasks } = project.counts;
  const isEmpty = epics + stories + tasks === 0;
  return (
    <article className="relative flex h-36 flex-col rounded-lg border border-line bg-surface p-4 shadow-card transition-colors hover:border-edge">
      <div className="flex items-center justify-between gap-2">
        <Key>{project.key}</Key>
        {project.status !== "active" && <Badge>{t(`project.status.${project.status}`)}</Badge>}
      </div>
      <h2 className="align-page mt-1 truncate font-semibold" dir="auto">
        <Link
          to="/projects/$key"
          params={{ key: project.key }}
          className="after:absolute after:inset-0 after:rounded-lg"
        >
          {project.name}
        </Link>
      </h2>
      <p className="align-page mt-1 line-clamp-2 text-muted text-sm" dir="auto">
        {project.description}
      </p>
      <p className="mt-auto flex flex-wrap gap-x-3 text-muted text-xs">
        {isEmpty ? (
          <span>{t("project.empty")}</span>
        ) : (
          <>
            <span>{t("project.epics", { count: epics })}</span>
            <span>{t("project.stories", { count: stories })}</span>
            {tasks > 0 && <span>{t("project.tasks", { count: tasks })}</span>}
          </>
        )}
        <span className="ms-auto">
          <When at={project.updated_at} />
        </span>
      </p>
    </article>
  );
}

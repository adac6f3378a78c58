import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Keyboard } from "lucide-react";
import { useTranslation } from "react-i18next";
import { projectsOptions } from "@/api/projects";
import type { Session } from "@/api/types";
import { WaitingCount } from "@/features/approval/WaitingCount";
import { Button } from "@/kit/Button";
import { Mark } from "@/kit/Mark";
import { AdminNav } from "./AdminNav";
import { places } from "./places";
import { UserMenu } from "./UserMenu";

const row =
  "flex h-8 items-center gap-2 rounded-md px-2 text-sm text-muted hover:bg-hover hover:text-ink";
const active = { className: "bg-hover !text-ink font-medium" };

export function Sidebar({ session, onHelp }: { session: Session; onHelp: () => void }) {
  const { t } = useTranslation();
  const { data: projects } = useQuery(projectsOptions);
  return (
    <nav
      aria-label={t("nav.main")}
      className="flex w-56 shrink-0 flex-col border-line border-e bg-sunken max-md:hidden print:hidden"
    >
      <div className="flex h-14 items-center justify-between ps-4 pe-2">
        <Mark />
        <Button
          tone="ghost"
          size="icon"
          onClick={onHelp}
          aria-label={t("shortcut.title")}
          aria-keyshortcuts="?"
        >
          <Keyboard aria-hidden />
        </Button>
      </div>
      <div className="flex min-h-0 flex-1 flex-col gap-4 px-2">
        <ul className="flex flex-col gap-0.5">
          {places.map(({ to, icon: Icon, name }) => (
            <li key={to}>
              <Link
                to={to}
                className={row}
                activeProps={active}
                // On a board its own line below is the one that is lit.
                activeOptions={{ exact: to === "/projects" }}
              >
                <Icon className="size-4" aria-hidden />
                {t(name)}
                {to === "/approvals" && <WaitingCount className="ms-auto" />}
              </Link>
            </li>
          ))}
        </ul>
        <AdminNav />
        {projects && projects.items.length > 0 && (
          <div className="flex min-h-0 flex-col">
            <h2 className="px-2 pb-1 font-medium text-muted text-xs">{t("nav.yourProjects")}</h2>
            <ul className="flex min-h-0 flex-col gap-0.5 overflow-y-auto pb-2">
              {projects.items.map((project) => (
                <li key={project.key}>
                  <Link
                    to="/projects/$key"
                    params={{ key: project.key }}
                    className={row}
                    activeProps={active}
                  >
                    <span
                      aria-hidden
                      className="flex size-5 shrink-0 items-center justify-center rounded bg-accent-soft font-semibold text-[0.625rem] text-accent"
                    >
                      {project.key.slice(0, 2)}
                    </span>
                    <bdi className="truncate">{project.name}</bdi>
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
      <div className="border-line border-t p-2">
        <UserMenu session={session} />
      </div>
    </nav>
  );
}

import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCan } from "@/api/useCan";
import { Page } from "@/kit/Page";
import { cn } from "@/lib/cn";
import { AdminLinks } from "./AdminLinks";
import { ApiKeys } from "./ApiKeys";
import { ModelsSection } from "./ModelsSection";
import { ProfileForm } from "./ProfileForm";
import { Sessions } from "./Sessions";

const sections = {
  profile: { name: "settings.profile", view: ProfileForm },
  sessions: { name: "settings.sessions", view: Sessions },
  keys: { name: "settings.keys", view: ApiKeys },
  models: { name: "settings.models", view: ModelsSection },
} as const;

const allNames = Object.keys(sections) as (keyof typeof sections)[];

export function SettingsPage() {
  const { t } = useTranslation();
  const params = useParams({ from: "/shell/settings/$section" });
  const canSeeModels = useCan("view_models");
  const names = allNames.filter((name) => name !== "models" || canSeeModels);
  const current = names.find((name) => name === params.section) ?? "profile";
  const View = sections[current].view;
  return (
    <Page title={t("nav.settings")}>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 md:grid-cols-[11rem_minmax(0,1fr)]">
        <nav
          aria-label={t("nav.settings")}
          className="-m-1 flex gap-1 overflow-x-auto p-1 text-sm md:flex-col"
        >
          {names.map((section) => (
            <Link
              key={section}
              to="/settings/$section"
              params={{ section }}
              aria-current={section === current ? "page" : undefined}
              className={cn(
                "flex h-8 shrink-0 items-center rounded-md px-3 max-md:h-10",
                section === current
                  ? "bg-hover font-medium text-ink"
                  : "text-muted hover:bg-hover hover:text-ink",
              )}
            >
              {t(sections[section].name)}
            </Link>
          ))}
        </nav>
        <View />
      </div>
      <AdminLinks />
    </Page>
  );
}

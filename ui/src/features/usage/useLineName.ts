import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { UsageGroup } from "@/api/gateway";
import { sessionOptions } from "@/api/identity";
import { projectsOptions } from "@/api/projects";

/** What a line is for, in words: the names of projects, and “you” for oneself. */
export function useLineName(group: Exclude<UsageGroup, "day">) {
  const { t } = useTranslation();
  const { data: session } = useQuery(sessionOptions);
  const { data: projects } = useQuery({ ...projectsOptions, enabled: group === "project" });
  return (key: string): string => {
    if (key === "") return t(`usage.without.${group}`);
    if (group === "user" && key === session?.user.id) {
      return t("usage.you", { name: session.user.name });
    }
    if (group === "project") {
      const name = projects?.items.find((project) => project.key === key)?.name;
      return name ? `${name} (${key})` : key;
    }
    return key;
  };
}

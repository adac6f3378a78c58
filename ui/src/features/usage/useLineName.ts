import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { UsageGroup } from "@/api/gateway";
import { usePersonName } from "@/api/people";
import { projectsOptions } from "@/api/projects";

/** What a line is for, in words: the names of projects and of people. */
export function useLineName(group: Exclude<UsageGroup, "day">) {
  const { t } = useTranslation();
  const personName = usePersonName();
  const { data: projects } = useQuery({ ...projectsOptions, enabled: group === "project" });
  return (key: string): string => {
    if (key === "") return t(`usage.without.${group}`);
    if (group === "user") return personName(key);
    if (group === "project") {
      const name = projects?.items.find((project) => project.key === key)?.name;
      return name ? `${name} (${key})` : key;
    }
    return key;
  };
}

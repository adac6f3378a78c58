import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { sessionOptions } from "@/api/identity";
import { projectsOptions } from "@/api/projects";
import { useCan } from "@/api/useCan";
import { virtualKeysOptions } from "@/api/virtualKeys";

/** Whose budget or limit it is, in words as far as names are known here. */
export function useScopeName() {
  const { t } = useTranslation();
  const seesKeys = useCan("manage_virtual_keys");
  const { data: session } = useQuery(sessionOptions);
  const { data: projects } = useQuery(projectsOptions);
  const { data: virtualKeys } = useQuery({ ...virtualKeysOptions, enabled: seesKeys });
  return (scope: string, id: string): string => {
    if (scope === "organisation") return session?.organisation.name ?? id;
    if (scope === "user" && id === session?.user.id) {
      return t("usage.you", { name: session.user.name });
    }
    if (scope === "project") {
      const name = projects?.items.find((project) => project.key === id)?.name;
      return name ? `${name} (${id})` : id;
    }
    if (scope === "key") return virtualKeys?.find((each) => each.id === id)?.name ?? id;
    return id;
  };
}

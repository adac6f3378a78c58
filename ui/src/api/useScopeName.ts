import { useQuery } from "@tanstack/react-query";
import { sessionOptions } from "./identity";
import { usePersonName } from "./people";
import { projectsOptions } from "./projects";

/** Whose budget or limit it is, in words: keys are named by the server. */
export function useScopeName() {
  const personName = usePersonName();
  const { data: session } = useQuery(sessionOptions);
  const { data: projects } = useQuery(projectsOptions);
  return (scope: string, id: string): string => {
    if (scope === "organisation") return session?.organisation.name ?? id;
    if (scope === "user") return personName(id);
    if (scope === "project") {
      const name = projects?.items.find((project) => project.key === id)?.name;
      return name ? `${name} (${id})` : id;
    }
    return id;
  };
}

import { useQuery } from "@tanstack/react-query";
import type { BudgetScope } from "@/api/gateway";
import { peopleOptions, usePersonName } from "@/api/people";
import { platformsOptions } from "@/api/platforms";
import { projectsOptions } from "@/api/projects";
import { useCan } from "@/api/useCan";
import { virtualKeysOptions } from "@/api/virtualKeys";

/** What can be chosen by name; null where an id is to be typed. */
export function useKnown(scope: BudgetScope): [id: string, name: string][] | null {
  const seesKeys = useCan("manage_virtual_keys");
  const seesPlatforms = useCan("manage_platforms");
  const personName = usePersonName();
  const { data: people } = useQuery({ ...peopleOptions, enabled: scope === "user" });
  const { data: projects } = useQuery({ ...projectsOptions, enabled: scope === "project" });
  const { data: virtualKeys } = useQuery({
    ...virtualKeysOptions,
    enabled: scope === "key" && seesKeys,
  });
  const { data: platforms } = useQuery({
    ...platformsOptions,
    enabled: scope === "provider" && seesPlatforms,
  });
  switch (scope) {
    case "user":
      return (people ?? []).filter((each) => each.is_active).map(({ id }) => [id, personName(id)]);
    case "project":
      return (projects?.items ?? []).map((each) => [each.key, `${each.name} (${each.key})`]);
    case "key":
      return seesKeys
        ? (virtualKeys ?? []).filter((each) => !each.revoked_at).map((each) => [each.id, each.name])
        : null;
    case "provider":
      return seesPlatforms ? (platforms ?? []).map((each) => [each.name, each.name]) : null;
    default:
      return null;
  }
}

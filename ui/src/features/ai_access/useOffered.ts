import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Access } from "@/api/gateway";
import { agentsOptions, modelsOptions } from "@/api/models";
import { modelGroupsOptions, platformsOptions } from "@/api/platforms";
import { useCan } from "@/api/useCan";
import type { AccessForm } from "./form";
import { modelGroups, type OptionGroup, plainGroups } from "./options";

export interface Offered {
  isLoading: boolean;
  platforms: OptionGroup[];
  models: OptionGroup[];
  agents: OptionGroup[];
}

/** What can be ticked, as far as the reader may see it, and what was ticked before. */
export function useOffered(access: Access, form: AccessForm): Offered {
  const { t } = useTranslation();
  const seesPlatforms = useCan("manage_platforms");
  const seesModels = useCan("view_models");
  const seesAgents = useCan("view_agents");
  const platforms = useQuery({ ...platformsOptions, enabled: seesPlatforms });
  const models = useQuery({ ...modelsOptions, enabled: seesModels });
  const groups = useQuery({ ...modelGroupsOptions, enabled: seesModels });
  const agents = useQuery({ ...agentsOptions, enabled: seesAgents });
  const served = models.data?.items ?? [];
  const own = (platforms.data ?? []).flatMap((platform) =>
    platform.models.map((model) => `${platform.name}/${model}`),
  );
  const names = [
    ...(platforms.data ?? []).map((each) => each.name),
    ...served.map((each) => each.provider),
  ];
  const others = t("access.others");
  const named = (of: "platforms" | "models" | "agents") => [
    ...(access[of] ?? []),
    ...(form[of] ?? []),
  ];
  return {
    isLoading: [platforms, models, groups, agents].some((query) => query.isLoading),
    platforms: plainGroups(
      [...new Set(names)].sort().map((value) => ({ value, name: value })),
      named("platforms"),
      others,
    ),
    models: modelGroups(
      {
        known: [...served.map((each) => each.id), ...own],
        groups: (groups.data ?? []).map((each) => each.name),
        platforms: form.platforms,
        named: named("models"),
      },
      { groups: t("modelGroup.title"), others },
    ),
    agents: plainGroups(
      (agents.data ?? []).map((each) => ({ value: each.slug, name: each.name })),
      named("agents"),
      others,
    ),
  };
}

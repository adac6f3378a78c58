import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Known, Names } from "@/lib/namesAt";
import { agentsOptions, commandsOptions, modelsOptions } from "./models";
import { modelGroupsOptions } from "./platforms";
import { useCan } from "./useCan";
import { workflowsOptions } from "./workflows";

/** All that a definition may name, as far as the reader may see it. */
export function useNames(): Names {
  const seesAgents = useCan("view_agents");
  const seesCommands = useCan("view_commands");
  const seesModels = useCan("view_models");
  const { data: agents } = useQuery({ ...agentsOptions, enabled: seesAgents });
  const { data: commands } = useQuery({ ...commandsOptions, enabled: seesCommands });
  const { data: workflows } = useQuery(workflowsOptions);
  const { data: models } = useQuery({ ...modelsOptions, enabled: seesModels });
  const { data: groups } = useQuery({ ...modelGroupsOptions, enabled: seesModels });
  return useMemo(() => {
    const described = (each: { slug: string; name: string; description: string }): Known => ({
      name: each.slug,
      title: each.name,
      info: each.description,
    });
    // The server lists no tools: those that agents may use and that steps call are known.
    const tools = [
      ...(agents ?? []).flatMap((agent) => agent.tools),
      ...(workflows ?? []).flatMap((each) => each.steps.map((step) => step.tool)),
    ];
    return {
      agent: (agents ?? []).map(described),
      capability: bare((agents ?? []).flatMap((agent) => agent.capabilities)),
      command: (commands ?? []).map(described),
      tool: bare(tools),
      workflow: (workflows ?? []).filter((each) => each.status !== "archived").map(described),
      model: bare([
        ...(groups ?? []).filter((group) => group.is_enabled).map((group) => group.name),
        ...(models?.items ?? []).map((model) => model.id),
      ]),
    };
  }, [agents, commands, workflows, models, groups]);
}

const bare = (names: (string | null | undefined)[]): Known[] =>
  [...new Set(names)]
    .filter((name) => name !== null && name !== undefined)
    .sort()
    .map((name) => ({ name, title: name, info: "" }));

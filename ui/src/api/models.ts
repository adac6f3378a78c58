import { queryOptions } from "@tanstack/react-query";
import { client, take } from "./client";
import { keys } from "./keys";

export const modelsOptions = queryOptions({
  queryKey: keys.models,
  queryFn: () => take(client.GET("/api/v1/models")),
  staleTime: 30_000,
  // A model that is loading becomes ready without anyone touching the page.
  refetchInterval: (query) =>
    query.state.data?.items.some((model) => model.status === "loading") ? 3_000 : false,
});

/** The agents that there are. */
export const agentsOptions = queryOptions({
  queryKey: keys.agents,
  queryFn: async () => (await take(client.GET("/api/v1/agents"))).items,
  staleTime: Number.POSITIVE_INFINITY,
});

/** The commands that there are. */
export const commandsOptions = queryOptions({
  queryKey: keys.commands,
  queryFn: async () => (await take(client.GET("/api/v1/commands"))).items,
  staleTime: Number.POSITIVE_INFINITY,
});

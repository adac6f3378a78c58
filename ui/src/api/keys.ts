// Query keys, in one place so that writers and readers of the cache cannot disagree.
export const keys = {
  setup: ["setup"] as const,
  session: ["session"] as const,
  sessions: ["sessions"] as const,
  apiKeys: ["api-keys"] as const,
  projects: ["projects"] as const,
  board: (project: string) => ["board", project] as const,
  item: (item: string) => ["item", item] as const,
  executions: ["executions"] as const,
  executionList: (filter: Record<string, string | undefined>) => ["executions", filter] as const,
  execution: (id: string) => ["execution", id] as const,
  models: ["models"] as const,
  health: ["health"] as const,
};

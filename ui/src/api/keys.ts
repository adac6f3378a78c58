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
  executionList: (filter: object) => ["executions", filter] as const,
  execution: (id: string) => ["execution", id] as const,
  // Beside, not under, the execution: every fact makes that be read again, and the plan stays.
  executionGraph: (id: string) => ["execution-graph", id] as const,
  checkpoints: (id: string) => ["execution", id, "checkpoints"] as const,
  stepData: (id: string, step: string) => ["execution", id, "step", step] as const,
  journal: (id: string) => ["execution", id, "journal"] as const,
  approvals: ["approvals"] as const,
  approvalList: (filter: object) => ["approvals", filter] as const,
  approval: (id: string) => ["approvals", "one", id] as const,
  workflows: ["workflows"] as const,
  workflow: (slug: string) => ["workflows", slug] as const,
  workflowPart: (slug: string, part: string, of: object = {}) =>
    ["workflows", slug, part, of] as const,
  workflowSchema: ["workflow-schema"] as const,
  templates: ["workflow-templates"] as const,
  schedules: ["schedules"] as const,
  schedulePreview: (cron: string, timezone: string) =>
    ["schedules", "preview", cron, timezone] as const,
  webhooks: ["webhooks"] as const,
  eventTriggers: ["triggers"] as const,
  models: ["models"] as const,
  health: ["health"] as const,
};

// The shapes of prices, usage, budgets and limits; as in gateway.ts, by hand from the contract.

/** Micro-dollars for a million tokens. */
export interface ModelPrice {
  platform: string;
  model: string | null;
  valid_from: string;
  is_free: boolean;
  input_micros: number;
  output_micros: number;
  cached_input_micros: number | null;
  cache_write_micros: number | null;
}

export type UnknownPrice = "flag" | "refuse";

export const usageGroups = ["platform", "model", "user", "agent", "project", "day"] as const;
export type UsageGroup = (typeof usageGroups)[number];

export interface UsageLine {
  key: string;
  calls: number;
  failed_calls: number;
  cached_calls: number;
  unpriced_calls: number;
  estimated_calls: number;
  input_tokens: number;
  cached_input_tokens: number;
  output_tokens: number;
  cost_micros: number;
  mean_duration_ms: number;
}

export interface UsageReport {
  group_by: UsageGroup;
  from: string;
  to: string;
  items: UsageLine[];
  total: UsageLine;
}

/** A line of the ledger. */
export interface ModelCall {
  id: string;
  execution_id: string | null;
  step: string | null;
  model: string;
  provider: string;
  input_tokens: number;
  output_tokens: number;
  cached_input_tokens: number;
  cost_micros: number;
  cost_known: boolean;
  estimated: boolean;
  is_cached: boolean;
  calls: number;
  duration_ms: number;
  started_at: string;
  outcome: string;
  error: string | null;
  door: string | null;
  key_id: string | null;
  user_id: string | null;
  project: string | null;
  agent: string | null;
}

export const budgetScopes = [
  "organisation",
  "project",
  "user",
  "key",
  "provider",
  "department",
  "sprint",
  "epic",
  "item",
  "execution",
  "step",
] as const;
export type BudgetScope = (typeof budgetScopes)[number];

export const budgetPeriods = ["day", "week", "month", "total"] as const;
export type BudgetPeriod = (typeof budgetPeriods)[number];

export interface NewBudget {
  scope: BudgetScope;
  scope_id?: string;
  period: BudgetPeriod;
  cap_micros: number;
  /** `stop`, `pause` or `fallback:` and a model. */
  on_exceeded: string;
}

export interface Budget extends NewBudget {
  id: string;
  scope_id: string;
  is_active: boolean;
  spent_micros: number;
  reserved_micros: number;
  period_at: string;
  alerted_percent: number;
  version: number;
  created_at: string;
  updated_at: string;
}

export interface RateLimit {
  scope: "organisation" | "user";
  scope_id: string;
  requests_per_minute: number | null;
  tokens_per_minute: number | null;
  version: number;
  updated_at: string;
}

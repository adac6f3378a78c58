// The shapes of the gateway's administration, written by hand from its contract until the
// generated document has them. Money is in micro-dollars, times are RFC 3339.

export const platformKinds = [
  "openai",
  "anthropic",
  "gemini",
  "openrouter",
  "azure_openai",
  "ollama",
  "openai_responses",
  "custom",
] as const;
/** What an administrator can add. */
export type AddedKind = (typeof platformKinds)[number];
export type PlatformKind = AddedKind | "local" | "scripted";

export interface PlatformSettings {
  connect_timeout_ms: number;
  headers_timeout_ms: number;
  idle_timeout_ms: number;
  total_timeout_ms: number;
  max_concurrent: number;
  retries: number;
  retry_wait_ms: number;
  api_version?: string;
}

export interface Platform {
  /** Null when it was not set up here. */
  id: string | null;
  source: "database" | "configuration" | "built_in";
  name: string;
  kind: PlatformKind;
  base_url: string;
  /** Dots and the last four letters. */
  api_key: string | null;
  /** None: every model that it serves. */
  models: string[];
  default_model: string | null;
  is_enabled: boolean;
  requests_per_minute: number | null;
  tokens_per_minute: number | null;
  daily_budget_micros: number | null;
  /** 1 steps in first; 0 never does. */
  fallback_order: number;
  weight: number;
  settings: PlatformSettings;
  tested: { at: string; latency_ms: number | null; error: string | null } | null;
  version: number;
  created_at: string | null;
  updated_at: string | null;
}

/** Zero takes a limit or the budget away, an empty text the key or the default model. */
export interface PlatformWish {
  base_url?: string;
  api_key?: string;
  models?: string[];
  default_model?: string;
  is_enabled?: boolean;
  requests_per_minute?: number;
  tokens_per_minute?: number;
  daily_budget_micros?: number;
  fallback_order?: number;
  weight?: number;
  settings?: Partial<PlatformSettings>;
}

export interface PlatformTest {
  ok: boolean;
  health: "healthy" | "degraded" | "error";
  latency_ms: number;
  model: string | null;
  models: string[];
  input_tokens: number;
  output_tokens: number;
  cost_micros: number | null;
  error: string | null;
  error_code: string | null;
}

export const platformStatuses = [
  "healthy",
  "rate_limited",
  "budget_exceeded",
  "down",
  "error",
  "not_configured",
] as const;
export type PlatformStatus = (typeof platformStatuses)[number];

export interface PlatformHealth {
  id: string | null;
  platform: string;
  kind: PlatformKind;
  status: PlatformStatus;
  detail: string;
  last_check: string | null;
  latency_ms: number | null;
  in_flight: number;
  requests_last_minute: number;
  requests_per_minute: number | null;
  tokens_last_minute: number;
  tokens_per_minute: number | null;
  /** The larger part of both that is used; 1 is all of it. */
  rate_usage: number;
  cost_today_micros: number;
  daily_budget_micros: number | null;
  budget_usage: number;
  last_answer_at: string | null;
  last_failure_at: string | null;
  last_failure: string | null;
}

export interface HealthChange {
  platform: string;
  at: string;
  status: PlatformStatus;
  detail: string;
  latency_ms: number | null;
}

export const strategies = ["priority", "weighted", "cheapest", "fastest", "least_loaded"] as const;
export type Strategy = (typeof strategies)[number];

export interface GroupTarget {
  platform: string;
  model: string;
  order: number;
  weight: number;
}

export interface ModelGroupWish {
  name: string;
  strategy: Strategy;
  targets: GroupTarget[];
  hedge_after_ms: number | null;
  is_enabled: boolean;
}

export interface ModelGroup extends ModelGroupWish {
  id: string;
  version: number;
  created_at: string;
  updated_at: string;
}

export const keyScopes = ["chat", "embeddings", "audio", "agents", "workflows"] as const;
export type KeyScope = (typeof keyScopes)[number];

export interface VirtualKey {
  id: string;
  name: string;
  prefix: string;
  user_id: string;
  project: string | null;
  /** None: every model. */
  models: string[];
  scopes: KeyScope[];
  requests_per_minute: number | null;
  tokens_per_minute: number | null;
  version: number;
  created_at: string;
  updated_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  revoked_at: string | null;
}

export interface CreatedVirtualKey extends VirtualKey {
  /** Null when a create is repeated: it is shown once. */
  key: string | null;
}

export interface NewVirtualKey {
  name: string;
  project?: string;
  models?: string[];
  scopes?: KeyScope[];
  requests_per_minute?: number;
  tokens_per_minute?: number;
  expires_in_days?: number;
}

/** Null takes a limit, the project or the end away. */
export interface VirtualKeyChange {
  name?: string;
  project?: string | null;
  models?: string[];
  scopes?: KeyScope[];
  requests_per_minute?: number | null;
  tokens_per_minute?: number | null;
  expires_at?: string | null;
}

export interface KeyState {
  master_key: string;
  kept_in: "database" | "vault";
  secrets: { kept_in: string; count: number }[];
}

export interface Rotation {
  key_id: string;
  resealed: number;
  deleted_keys: number;
  master_replaced: boolean;
}

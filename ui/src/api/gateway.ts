// The names the UI uses for the shapes of the gateway's administration. Money is in micro-dollars.
import type { components } from "./schema";
import type { Filled } from "./types";

type Schemas = components["schemas"];

export type Platform = Filled<Schemas["Platform"]>;
export type PlatformKind = Schemas["PlatformKind"];
export type PlatformSettings = Filled<Schemas["PlatformSettings"]>;
export type NewPlatform = Schemas["NewPlatform"];
/** Zero takes a limit or the budget away, an empty text the key or the default model. */
export type PlatformWish = Omit<NewPlatform, "name" | "kind">;
export type PlatformTest = Filled<Schemas["PlatformTest"]>;
export type PlatformHealth = Filled<Schemas["PlatformHealth"]>;
export type PlatformStatus = Schemas["PlatformStatus"];
export type HealthChange = Filled<Schemas["HealthChange"]>;

export type ModelGroup = Filled<Schemas["ModelGroup"]>;
export type GroupTarget = Filled<Schemas["GroupTarget"]>;
export type ModelGroupWish = Required<Omit<Schemas["NewGroup"], "version" | "targets">> & {
  targets: GroupTarget[];
};
export type Strategy = Schemas["RoutingStrategy"];

/** Micro-dollars for a million tokens. */
export type ModelPrice = Filled<Schemas["ModelPrice"]>;
export type UnknownPrice = Schemas["UnknownPrice"];

export type UsageReport = Filled<Schemas["UsageReport"]>;
export type UsageLine = Filled<Schemas["UsageLine"]>;
export type UsageGroup = Schemas["UsageGroup"];
/** A line of the ledger. */
export type ModelCall = Filled<Schemas["Call"]>;

export type Budget = Filled<Schemas["Budget"]>;
export type NewBudget = Required<Schemas["NewBudget"]>;
export type BudgetChange = Schemas["BudgetChange"];
export type BudgetScope = Schemas["BudgetScope"];
export type BudgetPeriod = Schemas["BudgetPeriod"];
export type RateLimit = Filled<Schemas["RateLimit"]>;
export type RateLimitWish = Omit<RateLimit, "version" | "updated_at">;

export type VirtualKey = Filled<Schemas["VirtualKey"]>;
export type CreatedVirtualKey = Filled<Schemas["CreatedVirtualKey"]>;
export type NewVirtualKey = Schemas["NewVirtualKey"];
/** Null takes a limit, the project or the end away. */
export type VirtualKeyChange = Omit<Schemas["VirtualKeyChange"], "version">;
export type KeyScope = Schemas["KeyScope"];

export type KeyState = Filled<Schemas["KeyState"]>;

/** What an administrator can add, as it is offered; the other kinds come by themselves. */
export const platformKinds = [
  "openai",
  "anthropic",
  "gemini",
  "openrouter",
  "azure_openai",
  "ollama",
  "openai_responses",
  "custom",
] as const satisfies readonly PlatformKind[];
export type AddedKind = (typeof platformKinds)[number];

export const platformStatuses = [
  "healthy",
  "rate_limited",
  "budget_exceeded",
  "down",
  "error",
  "not_configured",
] as const satisfies readonly PlatformStatus[];

export const strategies = [
  "priority",
  "weighted",
  "cheapest",
  "fastest",
  "least_loaded",
] as const satisfies readonly Strategy[];

export const usageGroups = [
  "platform",
  "model",
  "user",
  "agent",
  "project",
  "day",
] as const satisfies readonly UsageGroup[];

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
] as const satisfies readonly BudgetScope[];

export const budgetPeriods = [
  "day",
  "week",
  "month",
  "total",
] as const satisfies readonly BudgetPeriod[];

export const keyScopes = [
  "chat",
  "embeddings",
  "audio",
  "agents",
  "workflows",
] as const satisfies readonly KeyScope[];

/** What a person may use. Null is everything, what is still to come included; an empty list is
 * nothing. */
export type Access = Filled<Schemas["AiAccess"]>;
export type AccessWish = Required<Schemas["NewAiAccess"]>;
export type AccessLevel = Schemas["AiAccessLevel"];

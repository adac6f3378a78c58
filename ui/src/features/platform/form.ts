// The form of a platform: what stands in its fields, and what is sent. Pure.
import type { AddedKind, Platform, PlatformSettings, PlatformWish } from "@/api/gateway";
import { fromMicros, toCount, toMicros } from "@/lib/amount";
import { kindFacts } from "@/lib/platformKinds";

export const times = [
  "connect_timeout_ms",
  "headers_timeout_ms",
  "idle_timeout_ms",
  "total_timeout_ms",
  "retry_wait_ms",
] as const;
export const counts = ["max_concurrent", "retries"] as const;
type Advanced = (typeof times)[number] | (typeof counts)[number];

export interface PlatformForm {
  name: string;
  baseUrl: string;
  apiKey: string;
  removesKey: boolean;
  /** One a line. */
  models: string;
  defaultModel: string;
  isEnabled: boolean;
  requests: string;
  tokens: string;
  budget: string;
  weight: string;
  apiVersion: string;
  /** Whether the server leaves tool calls in the text. */
  writesCalls: boolean;
  /** Whether the server ignores schemas. */
  ignoresSchemas: boolean;
  /** Times in seconds. */
  settings: Record<Advanced, string>;
}

export type Fault = "required" | "integer" | "amount" | "address" | "name";
export type Faults = Partial<Record<string, Fault>>;

const usual: Record<Advanced, number> = {
  connect_timeout_ms: 10_000,
  headers_timeout_ms: 60_000,
  idle_timeout_ms: 60_000,
  total_timeout_ms: 600_000,
  retry_wait_ms: 500,
  max_concurrent: 64,
  retries: 2,
};

const isTime = (name: Advanced) => times.some((each) => each === name);
const written = (value: number | null) => (value === null ? "" : String(value));
const seconds = (ms: number) => fromMicros(ms * 1_000);

function settingsOf(settings: Partial<PlatformSettings>): Record<Advanced, string> {
  const names = [...times, ...counts];
  return Object.fromEntries(
    names.map((name) => {
      const value = settings[name] ?? usual[name];
      return [name, isTime(name) ? seconds(value) : String(value)];
    }),
  ) as Record<Advanced, string>;
}

export function newForm(kind: AddedKind, taken: readonly string[]): PlatformForm {
  const facts = kindFacts[kind];
  let name = facts.slug;
  for (let count = 2; taken.includes(name); count += 1) name = `${facts.slug}-${count}`;
  return {
    name,
    baseUrl: facts.baseUrl,
    apiKey: "",
    removesKey: false,
    models: "",
    defaultModel: "",
    isEnabled: true,
    requests: written(facts.requests),
    tokens: written(facts.tokens),
    budget: "",
    weight: "1",
    apiVersion: "",
    writesCalls: false,
    ignoresSchemas: false,
    settings: settingsOf({}),
  };
}

export function formOf(platform: Platform): PlatformForm {
  return {
    name: platform.name,
    baseUrl: platform.base_url,
    apiKey: "",
    removesKey: false,
    models: platform.models.join("\n"),
    defaultModel: platform.default_model ?? "",
    isEnabled: platform.is_enabled,
    requests: written(platform.requests_per_minute),
    tokens: written(platform.tokens_per_minute),
    budget: fromMicros(platform.daily_budget_micros),
    weight: String(platform.weight),
    apiVersion: platform.settings.api_version ?? "",
    writesCalls: platform.settings.tool_calls === "written",
    ignoresSchemas: platform.settings.schemas === "asked",
    settings: settingsOf(platform.settings),
  };
}

/** Names, one a line or with commas between; none twice. */
export const modelsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\n,]/)
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  ),
];

function isAddress(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}

/** What is sent, or what cannot be. */
export function readForm(form: PlatformForm): { wish: PlatformWish; faults: Faults } {
  const faults: Faults = {};
  const note = (field: string, fault: Fault) => {
    faults[field] = fault;
    return 0;
  };
  // An empty field means no limit, which is sent as 0.
  const count = (field: string, text: string) =>
    text.trim() === "" ? 0 : (toCount(text) ?? note(field, "integer"));
  const time = (field: string, text: string) => {
    const micros = toMicros(text);
    return micros === null ? note(field, "amount") : Math.round(micros / 1_000);
  };
  const name = form.name.trim();
  if (name === "") note("name", "required");
  else if (!/^[A-Za-z0-9._-]+$/.test(name)) note("name", "name");
  const baseUrl = form.baseUrl.trim();
  if (baseUrl === "") note("base_url", "required");
  else if (!isAddress(baseUrl)) note("base_url", "address");
  const budget =
    form.budget.trim() === ""
      ? 0
      : (toMicros(form.budget) ?? note("daily_budget_micros", "amount"));
  const numbers = Object.fromEntries([
    ...times.map((each) => [each, time(`settings.${each}`, form.settings[each])]),
    ...counts.map((each) => [each, count(`settings.${each}`, form.settings[each])]),
  ]) as Record<Advanced, number>;
  const settings: PlatformSettings = {
    ...numbers,
    api_version: form.apiVersion.trim() || null,
    tool_calls: form.writesCalls ? "written" : "native",
    schemas: form.ignoresSchemas ? "asked" : "enforced",
  };
  const wish: PlatformWish = {
    base_url: baseUrl,
    models: modelsOf(form.models),
    default_model: form.defaultModel.trim(),
    is_enabled: form.isEnabled,
    requests_per_minute: count("requests_per_minute", form.requests),
    tokens_per_minute: count("tokens_per_minute", form.tokens),
    daily_budget_micros: budget,
    weight: count("weight", form.weight),
    settings,
  };
  // A key that is not sent stays as it is.
  if (form.removesKey) wish.api_key = "";
  else if (form.apiKey.trim() !== "") wish.api_key = form.apiKey.trim();
  return { wish, faults };
}

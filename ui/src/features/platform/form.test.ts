import { expect, test } from "vitest";
import { formOf, modelsOf, newForm, readForm } from "./form";

const platform = {
  id: "plf_1",
  source: "database",
  name: "openai",
  kind: "openai",
  base_url: "https://api.openai.com/v1",
  api_key: "…w7Qk",
  models: ["a", "b"],
  default_model: "a",
  is_enabled: true,
  requests_per_minute: 60,
  tokens_per_minute: null,
  daily_budget_micros: 12_500_000,
  fallback_order: 1,
  weight: 3,
  settings: {
    connect_timeout_ms: 1_500,
    headers_timeout_ms: 60_000,
    idle_timeout_ms: 60_000,
    total_timeout_ms: 600_000,
    max_concurrent: 8,
    retries: 0,
    retry_wait_ms: 250,
    api_version: null,
    tool_calls: "written",
    schemas: "asked",
  },
  tested: null,
  version: 4,
  created_at: null,
  updated_at: null,
} as const;

test("a new platform begins with what its kind begins with", () => {
  const form = newForm("gemini", ["gemini", "gemini-2"]);
  expect(form).toMatchObject({ name: "gemini-3", requests: "60", tokens: "32000", weight: "1" });
  expect(readForm({ ...form, apiKey: " AIza " }).wish).toMatchObject({
    api_key: "AIza",
    requests_per_minute: 60,
    daily_budget_micros: 0,
    settings: { connect_timeout_ms: 10_000, retries: 2 },
  });
});

test("what is not touched is sent as it was, without the key", () => {
  const { wish, faults } = readForm(formOf({ ...platform, models: [...platform.models] }));
  expect(faults).toEqual({});
  expect(wish).toEqual({
    base_url: platform.base_url,
    models: ["a", "b"],
    default_model: "a",
    is_enabled: true,
    requests_per_minute: 60,
    tokens_per_minute: 0,
    daily_budget_micros: 12_500_000,
    weight: 3,
    settings: platform.settings,
  });
});

test("a key is changed, kept or removed", () => {
  const form = formOf({ ...platform, models: [] });
  expect(readForm({ ...form, apiKey: "sk-new" }).wish.api_key).toBe("sk-new");
  expect(readForm({ ...form, removesKey: true }).wish.api_key).toBe("");
  expect("api_key" in readForm(form).wish).toBe(false);
});

test("what cannot be sent is named by its field", () => {
  const form = newForm("custom", []);
  const check = (change: Partial<typeof form>, field: string, fault: string) =>
    expect(readForm({ ...form, baseUrl: "http://x/v1", ...change }).faults).toEqual({
      [field]: fault,
    });
  check({ name: "" }, "name", "required");
  check({ name: "my server" }, "name", "name");
  check({ baseUrl: "" }, "base_url", "required");
  check({ baseUrl: "ftp://x" }, "base_url", "address");
  check({ requests: "many" }, "requests_per_minute", "integer");
  check({ budget: "1.2.3" }, "daily_budget_micros", "amount");
  check(
    { settings: { ...form.settings, idle_timeout_ms: "soon" } },
    "settings.idle_timeout_ms",
    "amount",
  );
});

test("models stand one a line or with commas, each once", () => {
  expect(modelsOf(" a\nb, c\n\nb ")).toEqual(["a", "b", "c"]);
});

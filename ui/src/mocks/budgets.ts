// Test double: budgets and limits.
import type { Budget, RateLimit } from "@/api/gateway";
import { at } from "./db";

const budget = (
  part: Pick<Budget, "id" | "scope" | "scope_id" | "cap_micros" | "spent_micros"> & Partial<Budget>,
): Budget => ({
  scope_name: null,
  period: "month",
  on_exceeded: "stop",
  is_active: true,
  reserved_micros: 0,
  period_at: "2026-11-01T00:00:00Z",
  alerted_percent: 0,
  version: 1,
  created_at: at(40_000),
  updated_at: at(500),
  ...part,
});

const midnight = () => `${at(0).slice(0, 10)}T00:00:00Z`;

export const budgets = (): Budget[] => [
  budget({
    id: "bdg_all",
    scope: "organisation",
    scope_id: "",
    cap_micros: 5_000_000_000,
    spent_micros: 1_204_330_000,
    reserved_micros: 18_000_000,
  }),
  budget({
    id: "bdg_clinic",
    scope: "project",
    scope_id: "CLINIC",
    cap_micros: 250_000_000,
    spent_micros: 223_600_000,
    reserved_micros: 4_100_000,
    on_exceeded: "fallback:openai/gpt-4.1-mini",
    alerted_percent: 80,
  }),
  budget({
    id: "bdg_openai",
    scope: "provider",
    scope_id: "anthropic",
    period: "day",
    cap_micros: 40_000_000,
    spent_micros: 40_000_000,
    on_exceeded: "pause",
    alerted_percent: 100,
  }),
  budget({
    id: "bdg_key",
    scope: "key",
    scope_id: "vky_shop",
    scope_name: "Order assistant",
    period: "week",
    cap_micros: 20_000_000,
    spent_micros: 0,
    is_active: false,
  }),
  budget({
    id: "bdg_day",
    scope: "organisation",
    scope_id: "",
    period: "day",
    cap_micros: 90_000_000,
    spent_micros: 79_639_000,
    period_at: midnight(),
    alerted_percent: 80,
  }),
  budget({
    id: "bdg_week",
    scope: "organisation",
    scope_id: "",
    period: "week",
    cap_micros: 1_000_000_000,
    spent_micros: 402_130_000,
  }),
  budget({
    id: "bdg_amal",
    scope: "user",
    scope_id: "usr_01k7",
    period: "day",
    cap_micros: 20_000_000,
    spent_micros: 18_239_000,
    reserved_micros: 240_000,
    period_at: midnight(),
    alerted_percent: 90,
  }),
];

export const rateLimits = (): RateLimit[] => [
  {
    scope: "organisation",
    scope_id: "",
    requests_per_minute: 6_000,
    tokens_per_minute: 400_000,
    requests_per_day: null,
    tokens_per_day: 10_000_000,
    version: 1,
    updated_at: at(9_000),
  },
  {
    scope: "user",
    scope_id: "usr_01k7",
    requests_per_minute: 60,
    tokens_per_minute: null,
    requests_per_day: null,
    tokens_per_day: null,
    version: 2,
    updated_at: at(700),
  },
];

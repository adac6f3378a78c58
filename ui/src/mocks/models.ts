// Test double: groups of models, and what models cost.
import type { ModelGroup, ModelPrice } from "@/api/gateway";
import { at } from "./db";

export const modelGroups = (): ModelGroup[] => [
  {
    id: "mgr_fast",
    name: "fast",
    strategy: "fastest",
    targets: [
      { platform: "openai", model: "gpt-4.1-mini", order: 0, weight: 1 },
      { platform: "office-ollama", model: "qwen3:8b", order: 1, weight: 1 },
    ],
    hedge_after_ms: 800,
    is_enabled: true,
    version: 3,
    created_at: at(40_000),
    updated_at: at(9_000),
  },
  {
    id: "mgr_careful",
    name: "careful",
    strategy: "priority",
    targets: [
      { platform: "anthropic", model: "claude-sonnet-4-5", order: 0, weight: 1 },
      { platform: "openai", model: "gpt-4.1", order: 1, weight: 1 },
    ],
    hedge_after_ms: null,
    is_enabled: true,
    version: 1,
    created_at: at(30_000),
    updated_at: at(30_000),
  },
  {
    id: "mgr_old",
    name: "gpt-4",
    strategy: "priority",
    targets: [{ platform: "openai", model: "gpt-4.1", order: 0, weight: 1 }],
    hedge_after_ms: null,
    is_enabled: false,
    version: 2,
    created_at: at(29_000),
    updated_at: at(2_000),
  },
];

export const prices = (): ModelPrice[] => [
  {
    platform: "openai",
    model: "gpt-4.1-mini",
    valid_from: "2026-01-01T00:00:00Z",
    is_free: false,
    input_micros: 400_000,
    output_micros: 1_600_000,
    cached_input_micros: 100_000,
    cache_write_micros: null,
  },
  {
    platform: "openai",
    model: "gpt-4.1-mini",
    valid_from: "2027-01-01T00:00:00Z",
    is_free: false,
    input_micros: 350_000,
    output_micros: 1_400_000,
    cached_input_micros: 90_000,
    cache_write_micros: null,
  },
  {
    platform: "lab-server",
    model: null,
    valid_from: "2025-11-15T00:00:00Z",
    is_free: true,
    input_micros: 0,
    output_micros: 0,
    cached_input_micros: null,
    cache_write_micros: null,
  },
];

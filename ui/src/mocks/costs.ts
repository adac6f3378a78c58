// Test double: what was used, the ledger, and the keys of outside clients.
import type { ModelCall, UsageGroup, UsageLine, UsageReport, VirtualKey } from "@/api/gateway";
import { at } from "./db";

const line = (key: string, calls: number, cost_micros: number, part: Partial<UsageLine> = {}) => ({
  key,
  calls,
  failed_calls: Math.round(calls / 90),
  cached_calls: Math.round(calls / 12),
  unpriced_calls: 0,
  estimated_calls: 0,
  input_tokens: calls * 1_740,
  cached_input_tokens: calls * 420,
  output_tokens: calls * 318,
  cost_micros,
  mean_duration_ms: 1_830,
  ...part,
});

const dayMs = 86_400_000;

/** A week has quiet days; the numbers only have to look like work. */
function days(from: string, to: string): UsageLine[] {
  const lines: UsageLine[] = [];
  for (let day = Date.parse(from); day <= Date.parse(to); day += dayMs) {
    const weekday = new Date(day).getUTCDay();
    const calls = weekday === 5 || weekday === 6 ? 14 : 180 + ((day / dayMs) % 7) * 41;
    lines.push(line(new Date(day).toISOString().slice(0, 10), calls, calls * 9_350));
  }
  return lines;
}

const groups: Record<Exclude<UsageGroup, "day">, UsageLine[]> = {
  platform: [
    line("openai", 4_120, 41_237_000),
    line("anthropic", 1_310, 38_402_000, { estimated_calls: 3 }),
    line("office-ollama", 640, 0),
    line("lab-server", 55, 0, { failed_calls: 12, unpriced_calls: 43 }),
  ],
  model: [
    line("anthropic/claude-sonnet-4-5", 1_310, 38_402_000, { estimated_calls: 3 }),
    line("openai/gpt-4.1", 920, 29_840_000),
    line("openai/gpt-4.1-mini", 3_200, 11_397_000),
    line("office-ollama/qwen3:8b", 640, 0),
    line("lab-server/llama-4-scout", 55, 0, { failed_calls: 12, unpriced_calls: 43 }),
  ],
  user: [line("usr_01k1", 4_400, 61_400_000), line("usr_01k7", 1_725, 18_239_000)],
  agent: [
    line("business-analyst", 2_210, 30_020_000),
    line("release-manager", 1_100, 24_600_000),
    line("", 2_815, 25_019_000),
  ],
  project: [line("CLINIC", 3_600, 52_100_000), line("SHOP", 900, 11_200_000)],
};

function add(lines: UsageLine[]): UsageLine {
  const sum = line("", 0, 0);
  for (const each of lines) {
    sum.calls += each.calls;
    sum.failed_calls += each.failed_calls;
    sum.cached_calls += each.cached_calls;
    sum.unpriced_calls += each.unpriced_calls;
    sum.estimated_calls += each.estimated_calls;
    sum.input_tokens += each.input_tokens;
    sum.cached_input_tokens += each.cached_input_tokens;
    sum.output_tokens += each.output_tokens;
    sum.cost_micros += each.cost_micros;
  }
  return sum;
}

export function usage(query: URLSearchParams, isBare: boolean): UsageReport {
  const group_by = (query.get("group_by") ?? "day") as UsageGroup;
  const to = query.get("to") ?? new Date().toISOString().slice(0, 10);
  const from =
    query.get("from") ?? new Date(Date.parse(to) - 29 * dayMs).toISOString().slice(0, 10);
  const items = isBare ? [] : group_by === "day" ? days(from, to) : groups[group_by];
  return {
    group_by,
    from: `${from}T00:00:00Z`,
    to: new Date(Date.parse(to) + dayMs).toISOString(),
    items,
    total: add(items),
  };
}

export function usageCsv(report: UsageReport): string {
  const names = Object.keys(report.total).filter((name) => name !== "key") as (keyof UsageLine)[];
  return [
    [report.group_by, ...names].join(","),
    ...report.items.map((each) => [each.key, ...names.map((name) => each[name])].join(",")),
  ].join("\r\n");
}

export const modelCalls = (): ModelCall[] =>
  Array.from({ length: 64 }, (_, index) => {
    const isDoor = index % 3 === 0;
    const isCached = index % 7 === 3;
    const isFailed = index % 11 === 5;
    const isCut = index === 20;
    // a key may ask an agent, whose calls it pays
    const hasKey = isDoor || index === 1;
    return {
      id: `cal_${index}`,
      execution_id: isDoor ? null : "exe_01kdone",
      step: isDoor ? null : "stories",
      instance: 0,
      attempt: 1,
      scripted: false,
      repair: false,
      model: index % 4 === 1 ? "anthropic/claude-sonnet-4-5" : "openai/gpt-4.1-mini",
      provider: index % 4 === 1 ? "anthropic" : "openai",
      input_tokens: 900 + index * 37,
      output_tokens: isFailed ? 0 : 120 + index * 5,
      cached_input_tokens: 0,
      cost_micros: isCached || isFailed ? 0 : 640 + index * 31,
      cost_known: index !== 8,
      estimated: isCut,
      is_cached: isCached,
      calls: 1,
      duration_ms: isCached ? 2 : 900 + index * 24,
      started_at: at(5 + index * 9),
      outcome: isFailed ? "error" : isCut ? "interrupted" : "ok",
      error: isFailed ? "the provider is overloaded (529)" : null,
      door: isDoor ? "chat/completions" : null,
      key_id: hasKey ? "vky_shop" : null,
      key_name: hasKey ? "Order assistant" : null,
      user_id: index % 5 === 2 ? "usr_01k7" : "usr_01k1",
      project: "CLINIC",
      agent: isDoor ? null : "business-analyst",
    };
  });

const virtualKey = (
  part: Pick<VirtualKey, "id" | "name" | "prefix"> & Partial<VirtualKey>,
): VirtualKey => ({
  user_id: "usr_01k1",
  project: null,
  models: [],
  scopes: ["chat", "embeddings", "audio", "agents", "workflows"],
  requests_per_minute: null,
  tokens_per_minute: null,
  version: 1,
  created_at: at(20_000),
  updated_at: at(20_000),
  last_used_at: null,
  expires_at: null,
  revoked_at: null,
  ...part,
});

export const virtualKeys = (): VirtualKey[] => [
  virtualKey({
    id: "vky_shop",
    name: "Order assistant",
    prefix: "hk-4fT9aQ2x",
    project: "SHOP",
    models: ["openai/*", "fast"],
    scopes: ["chat", "embeddings"],
    requests_per_minute: 120,
    tokens_per_minute: 40_000,
    last_used_at: at(1),
    expires_at: at(-60 * 24 * 40),
  }),
  virtualKey({
    id: "vky_code",
    name: "أداة المطوّرين",
    prefix: "hk-9Lm0wQbb",
    last_used_at: at(2_100),
  }),
  virtualKey({
    id: "vky_trial",
    name: "Trial of the sales team",
    prefix: "hk-Zq11rrT0",
    scopes: ["chat"],
    last_used_at: at(30_000),
    expires_at: at(900),
  }),
  virtualKey({
    id: "vky_old",
    name: "Old notebook",
    prefix: "hk-00aBcDeF",
    revoked_at: at(4_000),
  }),
];

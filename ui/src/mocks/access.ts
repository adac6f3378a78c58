// Test double: people and what they may use of AI.
import type { Access, AccessLevel, AccessWish } from "@/api/gateway";
import { at } from "./db";

export const everything: AccessWish = {
  platforms: null,
  models: null,
  agents: null,
  tokens_per_request: null,
  requests_per_hour: null,
};

/** As the server sees it: whoever is left without platforms or models can ask nothing. */
export function levelOf(wish: AccessWish): AccessLevel {
  if (wish.platforms?.length === 0 || wish.models?.length === 0) return "none";
  return Object.values(wish).every((each) => each === null) ? "full" : "limited";
}

const person = (
  part: Pick<Access, "user_id" | "name" | "email" | "role">,
  wish: Partial<AccessWish> | null = null,
): Access => {
  const whole = { ...everything, ...wish };
  return {
    ...part,
    ...whole,
    level: levelOf(whole),
    updated_at: wish ? at(4_000) : null,
    updated_by: wish ? "usr_01k1" : null,
  };
};

export const people = (): Access[] => [
  person({
    user_id: "usr_01k1",
    name: "Hisham Sait",
    email: "hisham@example.com",
    role: "Administrator",
  }),
  person(
    { user_id: "usr_01k7", name: "Amal Naguib", email: "amal@example.com", role: "Manager" },
    {
      platforms: ["openai", "office-ollama"],
      models: ["fast", "office-ollama/qwen3:8b", "openai/gpt-4.1-mini", "openai/gpt-4.1-retired"],
      agents: ["business-analyst", "release-manager"],
      tokens_per_request: 8_000,
      requests_per_hour: 60,
    },
  ),
  person(
    {
      user_id: "usr_01kb",
      name: "Lena Fischer",
      email: "lena.fischer.of.the.northern.branch@example.com",
      role: "Developer",
    },
    { platforms: [], models: [] },
  ),
  person(
    { user_id: "usr_01kc", name: "يوسف حداد", email: "youssef@example.com", role: "Viewer" },
    { tokens_per_request: 4_000 },
  ),
];

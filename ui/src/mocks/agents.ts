// Test double: the agents that there are.
import type { components } from "@/api/schema";

const agent = (
  slug: string,
  name: string,
  description: string,
): components["schemas"]["Agent"] => ({
  slug,
  name,
  description,
  capabilities: [],
  tools: [],
  system_prompt: `You are the ${name}.`,
  version: "1.0.0",
  hash: slug,
});

export const agents = [
  agent("business-analyst", "Business analyst", "Turns ideas into stories."),
  agent("coding", "Programmer", "Writes and mends code."),
  agent("release-manager", "Release manager", "Takes versions to production."),
];

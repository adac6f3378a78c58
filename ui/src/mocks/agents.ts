// Test double: the agents and commands that there are.
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

const command = (
  slug: string,
  name: string,
  description: string,
  agent: string,
): components["schemas"]["Command"] => ({
  slug,
  name,
  description,
  agent,
  category: "",
  params: {},
  output_schema: null,
  prompt: description,
  version: "1.0.0",
  hash: slug,
});

export const commands = [
  command(
    "analyze_requirements",
    "Analyse requirements",
    "Finds what is asked.",
    "business-analyst",
  ),
  command("fix_bug", "Fix a bug", "Finds the cause and mends it.", "coding"),
  command("write_release_notes", "Write release notes", "Says what is new.", "release-manager"),
];

// What a place of a definition names: an agent, a command and so on. Pure.
import { isNamed, type Schema } from "./schemaComplete";

export type NameKind = "agent" | "capability" | "command" | "tool" | "workflow" | "model";

/** Something that a definition may name. */
export interface Known {
  name: string;
  /** What people call it. */
  title: string;
  info: string;
}

export type Names = Record<NameKind, Known[]>;

const kinds: Record<string, NameKind> = {
  agent: "agent",
  agent_id: "agent",
  agent_alias: "agent",
  exclude: "agent",
  capability: "capability",
  command: "command",
  command_template: "command",
  command_template_id: "command",
  tool: "tool",
  tools: "tool",
  uses: "tool",
  workflow: "workflow",
  model: "model",
};

/** The kind of the name that belongs at a path. An input or a parameter that happens to be called
 * "agent" names none: only the keys of the language do. */
export function kindAt(schema: Schema, path: string[]): NameKind | null {
  const place = path.at(-1) === "[]" ? path.slice(0, -1) : path;
  const kind = kinds[place.at(-1) ?? ""];
  return kind !== undefined && isNamed(schema, place) ? kind : null;
}

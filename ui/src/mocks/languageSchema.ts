// Test double: as much of the language's JSON Schema as completion needs to be seen.
import type { Schema } from "@/lib/schemaComplete";

const text = (description: string): Schema => ({ type: "string", description });

export const languageSchema: Schema = {
  type: "object",
  properties: {
    name: text("What people call the workflow."),
    description: text("One paragraph about what it does."),
    inputs: {
      type: "object",
      description: "What it wants to know before it starts.",
      additionalProperties: { $ref: "#/$defs/input" },
    },
    priority: {
      description: "Which executions go first.",
      enum: ["critical", "high", "medium", "low"],
    },
    "timeout-minutes": { type: "integer", description: "How long the whole execution may take." },
    steps: { type: "array", description: "What is to be done.", items: { $ref: "#/$defs/step" } },
    outputs: { description: "What it gives back." },
  },
  $defs: {
    input: {
      type: "object",
      properties: {
        type: { enum: ["string", "number", "integer", "boolean", "list", "object"] },
        description: text("What to put in."),
        required: { type: "boolean", description: "Whether it must be given." },
        default: { description: "Its value when it is not given." },
      },
    },
    step: {
      type: "object",
      properties: {
        id: text("Its key in this workflow."),
        name: text("What people call it."),
        needs: { type: "array", description: "The steps that must end before it." },
        if: text("An expression; the step is skipped when it is false."),
        agent: text("The agent that does it."),
        command: text("The command that the agent carries out."),
        tool: text("The tool that is called."),
        tools: {
          description: "The tools that the agent may use.",
          oneOf: [{ type: "string" }, { type: "array", items: { type: "string" } }],
        },
        workflow: text("The workflow that it starts."),
        model: text("The model that answers."),
        output_mapping: { type: "object", additionalProperties: { type: "string" } },
        params: { type: "object", description: "The command's parameters." },
        retry: { $ref: "#/$defs/retry" },
        checkpoint: { type: "boolean", description: "A safe point to go on from." },
      },
    },
    retry: {
      type: "object",
      description: "What to do when it fails.",
      properties: {
        "max-attempts": { type: "integer", description: "How often it is tried." },
        jitter: { type: "boolean" },
      },
    },
  },
};

import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { describe, expect, test } from "vitest";
import type { Known, Names } from "@/lib/namesAt";
import { languageSchema } from "@/mocks/languageSchema";
import { completeFrom } from "./completeYaml";

const known = (...names: string[]): Known[] =>
  names.map((name) => ({ name, title: `The ${name}`, info: "" }));

const names: Names = {
  agent: known("coding", "code-reviewer"),
  capability: known("python"),
  command: known("fix_bug", "write_tests"),
  tool: known("create_backlog", "run_tests"),
  workflow: known("hotfix"),
  model: known("local/qwen2.5-coder:0.5b", "fast"),
};

/** "|" is the cursor. */
function offered(text: string, isAsked = false): string[] {
  const state = EditorState.create({ doc: text.replace("|", "") });
  const context = new CompletionContext(state, text.indexOf("|"), isAsked);
  return (completeFrom(languageSchema, names, context)?.options ?? []).map((each) => each.label);
}

const steps = "name: x\nsteps:\n  - id: plan\n    agent: a\n  - id: build\n";

describe("completion", () => {
  test("offers the keys that belong there and are not there yet", () => {
    expect(offered(`${steps}    ag|`)).toContain("agent");
    expect(offered(`${steps}    ag|`)).not.toContain("id");
    expect(offered("na|")).toContain("name");
  });

  test("offers the values that a key may have", () => {
    expect(offered("priority: h|")).toEqual(["critical", "high", "medium", "low"]);
    expect(offered("inputs:\n  a:\n    required: |", true)).toEqual(["true", "false"]);
  });

  test("offers the steps of the text where a step is named", () => {
    expect(offered(`${steps}    needs: [p|]`)).toEqual(["plan", "build"]);
    expect(offered(`${steps}    needs:\n      - b|`)).toEqual(["plan", "build"]);
  });

  test("says nothing unasked", () => expect(offered(`${steps}    |`)).toEqual([]));
});

describe("completion of what the server has", () => {
  const step = "name: x\nsteps:\n  - id: plan\n    ";

  test("agents, commands, tools, workflows and models, where each is named", () => {
    expect(offered(`${step}agent: co|`)).toEqual(["coding", "code-reviewer"]);
    expect(offered(`${step}command: f|`)).toEqual(["fix_bug", "write_tests"]);
    expect(offered(`${step}tool: r|`)).toEqual(["create_backlog", "run_tests"]);
    expect(offered(`${step}workflow: h|`)).toEqual(["hotfix"]);
    expect(offered(`${step}model: |`, true)).toEqual(["local/qwen2.5-coder:0.5b", "fast"]);
    expect(offered("name: x\nsteps:\n  - agent: c|")).toEqual(["coding", "code-reviewer"]);
  });

  test("in lists too, as they are written", () => {
    expect(offered(`${step}tools: [run_tests, c|]`)).toEqual(["create_backlog", "run_tests"]);
    expect(offered(`${step}tools:\n      - c|`)).toEqual(["create_backlog", "run_tests"]);
  });

  test("not where the language has no such key", () => {
    expect(offered(`${step}params:\n      agent: c|`)).toEqual([]);
    expect(offered(`${step}output_mapping:\n      model: f|`)).toEqual([]);
    expect(offered("inputs:\n  agent: c|")).toEqual([]);
    expect(offered("model: f|")).toEqual([]);
    expect(offered(`${step}model: \${{ inputs.m| }}`)).toEqual([]);
    expect(offered(`${step}ag|`)).not.toContain("coding");
  });

  test("takes the place of the whole name, with what slugs do not have", () => {
    const text = `${step}model: local/qwen2.5-co`;
    const state = EditorState.create({ doc: text });
    const found = completeFrom(
      languageSchema,
      names,
      new CompletionContext(state, text.length, false),
    );
    expect(text.slice(found?.from)).toBe("local/qwen2.5-co");
    expect(found?.options[1]).toMatchObject({ label: "fast", detail: "The fast" });
  });

  test("nothing, as long as nothing is known", () => {
    const text = `${step}agent: co`;
    const context = new CompletionContext(EditorState.create({ doc: text }), text.length, true);
    expect(completeFrom(languageSchema, undefined, context)).toBeNull();
    expect(completeFrom(languageSchema, { ...names, agent: [] }, context)).toBeNull();
  });
});

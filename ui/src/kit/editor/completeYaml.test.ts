import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { describe, expect, test } from "vitest";
import { languageSchema } from "@/mocks/languageSchema";
import { completeFrom } from "./completeYaml";

/** "|" is the cursor. */
function offered(text: string, isAsked = false): string[] {
  const state = EditorState.create({ doc: text.replace("|", "") });
  const context = new CompletionContext(state, text.indexOf("|"), isAsked);
  return (completeFrom(languageSchema, context)?.options ?? []).map((each) => each.label);
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

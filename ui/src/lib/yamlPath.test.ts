import { describe, expect, test } from "vitest";
import { keysAt, type Schema, valuesAt } from "./schemaComplete";
import { placeAt, stepIds } from "./yamlPath";

/** "|" is the cursor. */
function at(text: string) {
  return placeAt(text.replace("|", ""), text.indexOf("|"));
}

function check(text: string, path: string, typed: string, isValue = false) {
  const place = at(text);
  expect([place.path.join("."), place.typed, place.isValue], text).toEqual([path, typed, isValue]);
}

const text = `name: Fix
inputs:
  title:
    type: string
steps:
  - id: fix
    agent: coding
    retry:
      max-attempts: 3
  - id: review
    needs: [fix]
`;

describe("the cursor's place", () => {
  test("at the root", () => {
    check("na|", "", "na");
    check(`${text}out|`, "", "out");
  });

  test("inside mappings", () => {
    check(text.replace("    type: string", "    ty|"), "inputs.title", "ty");
    check(text.replace("type: string", "type: st|"), "inputs.title.type", "st", true);
  });

  test("inside the elements of a list", () => {
    check(text.replace("    agent: coding", "    ag|"), "steps.[]", "ag");
    check(text.replace("- id: review", "- na|"), "steps.[]", "na");
    check(text.replace("max-attempts: 3", "mu|"), "steps.[].retry", "mu");
    check(`${text}    |`, "steps.[]", "");
    check(`${text}  - |`, "steps.[]", "");
  });

  test("lists may stand as deep as their key", () => {
    check("steps:\n- id: a\n  |", "steps.[]", "");
    check("steps:\n- id: a\n- |", "steps.[]", "");
  });

  test("keys of the same mapping are known", () => {
    expect(at(`${text}    |`).siblings.sort()).toEqual(["id", "needs"]);
    expect(at(text.replace("    agent: coding", "    |")).siblings.sort()).toEqual(["id", "retry"]);
    expect(at(`${text}|`).siblings.sort()).toEqual(["inputs", "name", "steps"]);
  });

  test("comments and empty lines do not lead anywhere", () => {
    check("inputs:\n# steps:\n\n  a|", "inputs", "a");
  });
});

test("steps are found by their ids", () => expect(stepIds(text)).toEqual(["fix", "review"]));

describe("what the schema allows there", () => {
  const schema: Schema = {
    properties: {
      name: { type: "string", description: "What people call it." },
      steps: { type: "array", items: { $ref: "#/$defs/step" } },
      inputs: {
        type: "object",
        additionalProperties: { properties: { required: { type: "boolean" } } },
      },
    },
    $defs: {
      step: {
        oneOf: [{ properties: { tool: false } }],
        properties: {
          id: { type: "string" },
          tool: { type: "string" },
          retry: { $ref: "#/$defs/retry" },
          "on-error": { oneOf: [{ enum: ["stop", "continue"] }, { type: "object" }] },
        },
      },
      retry: { type: "object", properties: { jitter: { type: "boolean" } } },
    },
  };
  const keys = (path: string[], taken: string[] = []) =>
    keysAt(schema, path, taken).map((offer) => offer.label);

  test("keys, without those that are there", () => {
    expect(keys([])).toEqual(["name", "steps", "inputs"]);
    expect(keys(["steps", "[]"], ["id"]).sort()).toEqual(["on-error", "retry", "tool"]);
    expect(keys(["steps", "[]", "retry"])).toEqual(["jitter"]);
    expect(keys(["inputs", "anything"])).toEqual(["required"]);
    expect(keys(["nowhere"])).toEqual([]);
  });

  test("keys say what they are", () => {
    expect(keysAt(schema, [])[0]).toEqual({
      label: "name",
      detail: "string",
      info: "What people call it.",
      opens: "value",
    });
    expect(keysAt(schema, ["steps", "[]"]).find((offer) => offer.label === "retry")?.opens).toBe(
      "mapping",
    );
  });

  test("values", () => {
    const values = (path: string[]) => valuesAt(schema, path).map((offer) => offer.label);
    expect(values(["steps", "[]", "on-error"])).toEqual(["stop", "continue"]);
    expect(values(["inputs", "x", "required"])).toEqual(["true", "false"]);
    expect(values(["name"])).toEqual([]);
  });
});

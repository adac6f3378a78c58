import { describe, expect, test } from "vitest";
import type { InputSpec } from "@/api/workflow-engine";
import { controlOf, draftOf, readDraft, specsOf } from "./inputSpec";

const spec = (type: string, more: Partial<InputSpec> = {}): InputSpec => ({
  type,
  description: "",
  required: false,
  ...more,
});

function check(one: InputSpec, typed: string | boolean, expected: unknown) {
  const { values, faults } = readDraft({ x: one }, { x: typed });
  const found = faults.x ? { fault: faults.x } : "x" in values ? values.x : "absent";
  expect(found, `${one.type} ${typed}`).toEqual(expected);
}

describe("what is typed", () => {
  test("becomes a value of its type", () => {
    check(spec("string"), "abc", "abc");
    check(spec("number"), " 2.5 ", 2.5);
    check(spec("integer"), "7", 7);
    check(spec("integer"), "٦٠", 60);
    check(spec("number"), "٢٫٥", 2.5);
    check(spec("boolean"), true, true);
    check(spec("boolean"), false, false);
    check(spec("list"), '["a", 1]', ["a", 1]);
    check(spec("object"), '{"a": 1}', { a: 1 });
  });

  test("or says why it cannot", () => {
    check(spec("number"), "many", { fault: "number" });
    check(spec("integer"), "2.5", { fault: "integer" });
    check(spec("integer"), "9007199254740993", { fault: "integer" });
    check(spec("list"), "{}", { fault: "list" });
    check(spec("object"), "[]", { fault: "object" });
    check(spec("object"), "{", { fault: "json" });
    check(spec("string", { required: true }), "  ", { fault: "required" });
  });

  test("nothing is left to the default", () => {
    check(spec("string", { required: true, default: "x" }), "", "absent");
    check(spec("number"), "", "absent");
  });

  test("an option keeps the type that it has in the definition", () => {
    check(spec("integer", { options: [1, 2, 3] }), "2", 2);
    check(spec("string", { options: ["a", "b"] }), "b", "b");
  });
});

test("each type has its control", () => {
  const controls = (name: string, one: InputSpec) => controlOf(name, one);
  expect(controls("title", spec("string"))).toBe("text");
  expect(controls("idea", spec("string"))).toBe("long");
  expect(controls("n", spec("integer"))).toBe("number");
  expect(controls("n", spec("integer", { options: [1] }))).toBe("options");
  expect(controls("n", spec("boolean"))).toBe("switch");
  expect(controls("n", spec("list"))).toBe("json");
});

test("fields begin with what was given, else with the default", () => {
  const specs = {
    a: spec("string", { default: "one" }),
    b: spec("list", { default: [1] }),
    c: spec("boolean", { default: true }),
    d: spec("integer"),
  };
  expect(draftOf(specs, { d: 3 })).toEqual({ a: "one", b: "[\n  1\n]", c: true, d: "3" });
});

test("what has no definition is described by its values, and comes back as it was", () => {
  const values = { a: "x", b: 1.5, c: true, d: [1], e: { f: null } };
  const specs = specsOf(values);
  expect(readDraft(specs, draftOf(specs, values))).toEqual({ values, faults: {} });
});

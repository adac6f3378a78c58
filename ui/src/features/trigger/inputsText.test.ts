import { expect, test } from "vitest";
import { readInputs } from "./inputsText";

test("inputs are an object or nothing", () => {
  expect(readInputs("  ")).toEqual({ inputs: undefined, isWrong: false });
  expect(readInputs(`{"text": "\${{ body.name }}"}`)).toEqual({
    inputs: { text: `\${{ body.name }}` },
    isWrong: false,
  });
  for (const text of ["[1]", '"a"', "null", "{", "3"]) {
    expect(readInputs(text), text).toEqual({ inputs: undefined, isWrong: true });
  }
});

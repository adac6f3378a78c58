import { expect, test } from "vitest";
import { exampleModel, snippetsFor } from "./snippets";

test("examples ask for a model that the key may ask", () => {
  expect(exampleModel({ models: ["openai/*", "fast"] }, "local/tiny")).toBe("fast");
  expect(exampleModel({ models: ["openai/*"] }, "local/tiny")).toBe("local/tiny");
  expect(exampleModel({ models: [] }, null)).toBe("PLATFORM/MODEL");
});

test("every example has the key, the model and the address", () => {
  for (const { name, text } of snippetsFor("hk-1", "fast", "https://ai.example.com")) {
    for (const part of ["hk-1", "fast", "https://ai.example.com"])
      expect(text, name).toContain(part);
    // The SDKs of Anthropic append /v1 themselves.
    expect(text.includes("example.com/v1"), name).toBe(!name.startsWith("Anthropic"));
  }
});

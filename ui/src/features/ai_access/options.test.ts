import { expect, test } from "vitest";
import { modelGroups, plainGroups } from "./options";

const words = { groups: "Model groups", others: "Others" };

const told = (groups: ReturnType<typeof modelGroups>) =>
  groups.map(({ name, options }) => `${name}: ${options.map((each) => each.value).join(" ")}`);

test("models stand under the platforms that are allowed", () => {
  const models = {
    known: ["openai/gpt-4.1", "anthropic/claude", "openai/gpt-4.1", "lab/org/llama"],
    groups: ["fast", "careful"],
    named: ["openai/old", "anthropic/old", "gone"],
  };
  expect(told(modelGroups({ ...models, platforms: null }, words))).toEqual([
    "anthropic: anthropic/claude",
    "lab: lab/org/llama",
    "openai: openai/gpt-4.1",
    "Model groups: careful fast",
    "Others: anthropic/old gone openai/old",
  ]);
  expect(told(modelGroups({ ...models, platforms: ["openai"] }, words))).toEqual([
    "openai: openai/gpt-4.1",
    "Model groups: careful fast",
    "Others: gone openai/old",
  ]);
  expect(told(modelGroups({ ...models, groups: [], named: [], platforms: [] }, words))).toEqual([]);
});

test("what is named and no longer there can still be taken away", () => {
  const known = [{ value: "coding", name: "Programmer" }];
  expect(told(plainGroups(known, ["coding", "retired", "retired"], "Others"))).toEqual([
    "null: coding",
    "Others: retired",
  ]);
  expect(told(plainGroups(known, ["coding"], "Others"))).toEqual(["null: coding"]);
});

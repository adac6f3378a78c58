import { describe, expect, test } from "vitest";
import type { WorkItem } from "@/api/types";
import { seed } from "@/mocks/seed";
import { changes, clashes, toDraft } from "./draft";

const base = seed("full").items.find((item) => item.kind === "story") as WorkItem;

describe("draft", () => {
  test("an untouched form changes nothing", () => {
    expect(changes(base, toDraft(base))).toEqual({});
  });

  test("only changed fields are sent", () => {
    const draft = { ...toDraft(base), title: "New", points: null };
    expect(changes(base, draft)).toEqual({ title: "New", points: null });
  });

  test("empty criteria are places to type, not changes", () => {
    const draft = { ...toDraft(base), acceptance_criteria: [...base.acceptance_criteria, " "] };
    expect(changes(base, draft)).toEqual({});
  });

  test("two people clash only where both changed the same field", () => {
    const draft = { ...toDraft(base), title: "Mine", points: 13 };
    const theirs = { ...base, title: "Theirs", priority: "low" as const, version: 2 };
    expect(clashes(base, theirs, draft)).toEqual(["title"]);
    expect(clashes(base, { ...base, priority: "low", version: 2 }, draft)).toEqual([]);
  });
});

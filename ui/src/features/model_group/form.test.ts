import { expect, test } from "vitest";
import { formOf, newGroup, readGroup, withTarget } from "./form";

const group = {
  id: "mgr_1",
  name: "fast",
  strategy: "weighted",
  targets: [
    { platform: "b", model: "two", order: 7, weight: 3 },
    { platform: "a", model: "one", order: 2, weight: 1 },
  ],
  hedge_after_ms: 750,
  is_enabled: true,
  version: 1,
  created_at: "",
  updated_at: "",
} as const;

test("targets stand in their order and are numbered anew", () => {
  const form = formOf({ ...group, targets: [...group.targets] });
  expect(form.targets.map((each) => each.model)).toEqual(["one", "two"]);
  expect(form.hedge).toBe("0.75");
  const { wish, faults } = readGroup(form);
  expect(faults).toEqual({});
  expect(wish.targets).toEqual([
    { platform: "a", model: "one", order: 0, weight: 1 },
    { platform: "b", model: "two", order: 1, weight: 3 },
  ]);
  expect(wish.hedge_after_ms).toBe(750);
});

test("what is missing is named by its field", () => {
  const form = newGroup();
  expect(readGroup(form).faults).toEqual({ name: "required", "targets[0]": "required" });
  expect(readGroup({ ...form, name: "a/b" }).faults.name).toBe("name");
  expect(readGroup({ ...form, hedge: "soon" }).faults.hedge_after_ms).toBe("amount");
});

test("one model alone has nobody to hedge with", () => {
  const alone = { ...newGroup(), name: "x", hedge: "1" };
  expect(readGroup(alone).wish.hedge_after_ms).toBeNull();
  expect(readGroup({ ...alone, targets: withTarget(alone.targets) }).wish.hedge_after_ms).toBe(
    1_000,
  );
});

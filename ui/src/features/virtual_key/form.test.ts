import { expect, test } from "vitest";
import { virtualKeys } from "@/mocks/costs";
import { formOf, newKey, readChange, readNew, statusOf } from "./form";

const key = { ...(virtualKeys()[0] as ReturnType<typeof virtualKeys>[number]) };

test("a new key may do everything for ninety days unless one says otherwise", () => {
  expect(readNew({ ...newKey(), name: " a " })).toEqual({
    wish: {
      name: "a",
      models: [],
      scopes: ["chat", "embeddings", "audio", "agents", "workflows"],
      expires_in_days: 90,
    },
    faults: {},
  });
  expect(
    readNew({ ...newKey(), name: "a", days: "", requests: "1,000", project: "SHOP" }).wish,
  ).toEqual({
    name: "a",
    models: [],
    scopes: ["chat", "embeddings", "audio", "agents", "workflows"],
    project: "SHOP",
    requests_per_minute: 1_000,
  });
});

test("what is emptied is taken away, what is not touched stays", () => {
  const form = formOf(key);
  expect("expires_at" in readChange(form, key).wish).toBe(false);
  expect(readChange({ ...form, lastDay: "", tokens: "", project: "" }, key).wish).toMatchObject({
    expires_at: null,
    tokens_per_minute: null,
    project: null,
    requests_per_minute: 120,
    models: ["openai/*", "fast"],
  });
  expect(readChange({ ...form, lastDay: "2027-01-31" }, key).wish.expires_at).toBe(
    "2027-01-31T23:59:59Z",
  );
});

test("what is missing is named by its field", () => {
  expect(readNew({ ...newKey(), scopes: [], tokens: "few" }).faults).toEqual({
    name: "required",
    scopes: "required",
    tokens_per_minute: "integer",
  });
});

test("keys end by their day or by hand", () => {
  const now = Date.parse("2026-06-01T00:00:00Z");
  const check = (change: Partial<typeof key>, expected: string) =>
    expect(statusOf({ ...key, expires_at: null, revoked_at: null, ...change }, now)).toBe(expected);
  check({}, "active");
  check({ expires_at: "2026-06-01T00:00:01Z" }, "active");
  check({ expires_at: "2026-06-01T00:00:00Z" }, "expired");
  check({ revoked_at: "2026-01-01T00:00:00Z" }, "revoked");
});

import { expect, test } from "vitest";
import { draftOf, readDraft } from "./draft";

const draft = draftOf({ platform: "acme" }, new Date("2026-05-06T10:00:00Z"));

test("a price begins today and needs an amount", () => {
  expect(draft.day).toBe("2026-05-06");
  expect(readDraft(draft).faults).toEqual({ input_micros: "required" });
  expect(readDraft({ ...draft, input: "0.15", output: "0,60" })).toEqual({
    price: {
      platform: "acme",
      model: null,
      valid_from: "2026-05-06T00:00:00Z",
      is_free: false,
      input_micros: 150_000,
      output_micros: 600_000,
      cached_input_micros: null,
      cache_write_micros: null,
    },
    faults: {},
  });
});

test("a free model has no amounts", () => {
  const { price, faults } = readDraft({ ...draft, isFree: true, input: "3", cachedInput: "x" });
  expect(faults).toEqual({});
  expect(price).toMatchObject({ is_free: true, input_micros: 0, cached_input_micros: null });
});

test("what is missing or wrong is named by its field", () => {
  const check = (change: Partial<typeof draft>, field: string, fault: string) =>
    expect(readDraft({ ...draft, input: "1", ...change }).faults).toEqual({ [field]: fault });
  check({ platform: " " }, "platform", "required");
  check({ day: "" }, "valid_from", "required");
  check({ output: "cheap" }, "output_micros", "amount");
});

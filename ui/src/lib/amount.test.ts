import { expect, test } from "vitest";
import { fromMicros, toCount, toMicros } from "./amount";

test("dollars become micro-dollars exactly", () => {
  const check = (text: string, expected: number | null) =>
    expect(toMicros(text), text).toBe(expected);
  check("12", 12_000_000);
  check("12.5", 12_500_000);
  check("12,50", 12_500_000);
  check("1,234.50", 1_234_500_000);
  check("1,234", 1_234_000_000);
  check("0,125", 125_000);
  check("0,500", 500_000);
  check("0,050000", 50_000);
  check("$ 0.15", 150_000);
  check("0.1", 100_000);
  check("0.000001", 1);
  check("0.0000010", 1);
  check("٢٫٥", 2_500_000);
  check("", null);
  check("0.0000001", null);
  check("-1", null);
  check("1.2.3", null);
  check("ten", null);
});

test("micro-dollars in a field are what was typed", () => {
  const check = (micros: number | null, expected: string) =>
    expect(fromMicros(micros)).toBe(expected);
  check(null, "");
  check(0, "0");
  check(12_000_000, "12");
  check(12_500_000, "12.50");
  check(150_000, "0.15");
  check(1, "0.000001");
});

test("counts may have marks between thousands", () => {
  const check = (text: string, expected: number | null) =>
    expect(toCount(text), text).toBe(expected);
  check("3500", 3_500);
  check("90,000", 90_000);
  check("1.000.000", 1_000_000);
  check("٦٠", 60);
  check("0", 0);
  check("1.5", null);
  check("", null);
  check("-3", null);
});

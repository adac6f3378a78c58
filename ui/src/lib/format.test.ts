import { describe, expect, test } from "vitest";
import { createFormats } from "./format";

const en = createFormats("en");

describe("formats", () => {
  test("durations are as precise as is useful", () => {
    const check = (ms: number, expected: string) => expect(en.duration(ms)).toBe(expected);
    check(-5, "0ms");
    check(480, "480ms");
    check(7_460, "7.4s");
    check(52_900, "52s");
    check(200_000, "3m 20s");
    check(7_260_000, "2h 1m");
    check(90_000_000, "25h 0m");
    check(273_600_000, "3d 4h");
  });

  test("ticking clocks show whole seconds", () => {
    expect(en.seconds(480)).toBe("0s");
    expect(en.seconds(61_000)).toBe("1m 1s");
  });

  test("small sums keep four digits, none is not hidden", () => {
    const check = (micros: number, expected: string) => expect(en.money(micros)).toBe(expected);
    check(0, "$0.00");
    check(7, "$0.000007");
    check(4_300, "$0.0043");
    check(43_000, "$0.0430");
    check(1_250_000, "$1.25");
  });

  test("past times are relative", () => {
    const now = Date.parse("2026-11-21T08:00:00Z");
    const check = (iso: string, expected: string) => expect(en.relative(iso, now)).toBe(expected);
    check("2026-11-21T07:59:50Z", "now");
    check("2026-11-21T07:57:00Z", "3 minutes ago");
    check("2026-11-20T07:00:00Z", "yesterday");
  });

  test("days that begin in UTC are the same day everywhere", () => {
    expect(en.day("2026-11-02")).toBe("Nov 2, 2026");
    expect(en.shortDay("2026-11-02T00:00:00Z")).toBe("Nov 2");
    expect(en.compact(1_234_567)).toBe("1.2M");
  });

  test("sizes are in the unit people know", () => {
    expect(en.bytes(491_400_064)).toBe("491MB");
    expect(en.bytes(4_700_000_000)).toBe("4.7GB");
  });

  test("dollars are a sign without letters, which would change places in Arabic", () => {
    expect(createFormats("ar").money(1_250_000)).not.toContain("US");
  });

  test("Arabic is formatted by its own rules", () => {
    expect(createFormats("ar").duration(52_000)).not.toBe(en.duration(52_000));
  });
});

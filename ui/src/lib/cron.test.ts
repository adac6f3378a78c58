import { describe, expect, test } from "vitest";
import { defaultRhythm, fromCron, type Rhythm, timezones, toCron, weekdaysOf } from "./cron";

function check(choice: Partial<Rhythm>, cron: string | null) {
  expect(toCron({ ...defaultRhythm, ...choice }), JSON.stringify(choice)).toBe(cron);
}

describe("a rhythm as cron", () => {
  test("daily, on days, monthly", () => {
    check({ frequency: "daily", time: "09:05" }, "5 9 * * *");
    check({ frequency: "weekly", time: "18:00", weekdays: [1, 2, 3, 4, 5] }, "0 18 * * 1-5");
    check({ frequency: "weekly", time: "00:00", weekdays: [5, 0] }, "0 0 * * 0,5");
    check({ frequency: "weekly", time: "7:30", weekdays: [0, 1, 3, 4, 5] }, "30 7 * * 0,1,3-5");
    check({ frequency: "weekly", weekdays: [0, 1, 2, 3, 4, 5, 6] }, "0 9 * * *");
    check({ frequency: "monthly", time: "23:59", dayOfMonth: 31 }, "59 23 31 * *");
  });

  test("what is not complete is nothing", () => {
    check({ frequency: "weekly", weekdays: [] }, null);
    check({ frequency: "daily", time: "25:00" }, null);
    check({ frequency: "daily", time: "" }, null);
    check({ frequency: "custom", cron: "* * *" }, null);
  });

  test("cron of one's own is passed on, with seconds or without", () => {
    check({ frequency: "custom", cron: " */5  * * * * " }, "*/5 * * * *");
    check({ frequency: "custom", cron: "*/10 * * * * *" }, "*/10 * * * * *");
  });
});

describe("cron as a rhythm", () => {
  const back = (cron: string) => {
    const { frequency, time, weekdays, dayOfMonth } = fromCron(cron);
    if (frequency === "weekly") return [frequency, time, weekdays];
    if (frequency === "monthly") return [frequency, time, dayOfMonth];
    return frequency === "daily" ? [frequency, time] : [frequency];
  };

  test("simple ones are recognised", () => {
    expect(back("5 9 * * *")).toEqual(["daily", "09:05"]);
    expect(back("0 18 * * MON-FRI")).toEqual(["weekly", "18:00", [1, 2, 3, 4, 5]]);
    expect(back("0 18 * * 7")).toEqual(["weekly", "18:00", [0]]);
    expect(back("0 0 15 * *")).toEqual(["monthly", "00:00", 15]);
  });

  test("others stay as they are written", () => {
    for (const cron of [
      "*/5 * * * *",
      "0 9 1 1 *",
      "0 9 1 * 1",
      "0 0 9 * * 1",
      "0 9 * * 5-1",
      "0 9 32 * *",
      "61 9 * * *",
      "0 9 * * 1#2",
    ]) {
      expect(back(cron), cron).toEqual(["custom"]);
      expect(toCron(fromCron(cron))).toBe(cron);
    }
  });

  test("every choice comes back as it was made", () => {
    for (const cron of ["5 9 * * *", "0 18 * * 1-5", "30 7 * * 0,1,3-5", "59 23 31 * *"]) {
      expect(toCron(fromCron(cron))).toBe(cron);
    }
  });
});

test("weeks begin where the locale lets them begin", () => {
  expect(weekdaysOf("en").map((each) => each.day)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(weekdaysOf("ar").map((each) => each.day)[0]).toBe(6);
  expect(weekdaysOf("de").map((each) => each.short)[0]).toBe("Mo");
});

test("time zones name each zone once", () => {
  expect(new Set(timezones()).size).toBe(timezones().length);
  expect(timezones()).toContain("Africa/Cairo");
});

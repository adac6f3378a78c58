import { expect, test } from "vitest";
import { zonedTime } from "./zonedTime";

const now = Date.parse("2026-11-23T09:00:00Z");

function check(iso: string, zone: string, expected: RegExp) {
  expect(zonedTime(iso, zone, "en", now)).toMatch(expected);
}

test("a time is told as its zone's clocks show it", () => {
  check("2026-11-24T07:00:00Z", "Africa/Cairo", /^Tue, Nov 24, 9:00\sAM$/);
  check("2026-11-24T07:00:00Z", "America/New_York", /^Tue, Nov 24, 2:00\sAM$/);
});

test("a time of another year says which, by the zone's own calendar", () => {
  check("2028-02-29T07:00:00Z", "Africa/Cairo", /^Tue, Feb 29, 2028, 9:00\sAM$/);
  check("2026-12-31T22:30:00Z", "Africa/Cairo", /^Fri, Jan 1, 2027, 12:30\sAM$/);
  check("2027-01-01T01:00:00Z", "America/New_York", /^Thu, Dec 31, 8:00\sPM$/);
});

test("a zone that the browser does not know is no reason to say nothing", () => {
  expect(zonedTime("2026-11-24T07:00:00Z", "Mars/Base", "en", now)).toMatch(/Nov 2[345]/);
});

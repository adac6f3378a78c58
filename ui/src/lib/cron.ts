// Schedules as people say them, to cron and back. Pure; when they fire is the server's to say.
export type Frequency = "daily" | "weekly" | "monthly" | "custom";

export interface Rhythm {
  frequency: Frequency;
  /** "09:30" */
  time: string;
  /** 0 is Sunday, as in cron. */
  weekdays: number[];
  dayOfMonth: number;
  cron: string;
}

export const everyDay = [0, 1, 2, 3, 4, 5, 6];

export const defaultRhythm: Rhythm = {
  frequency: "daily",
  time: "09:00",
  weekdays: [1, 2, 3, 4, 5],
  dayOfMonth: 1,
  cron: "0 9 * * *",
};

const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/;

/** The cron expression, or null while the choice is not complete. */
export function toCron(rhythm: Rhythm): string | null {
  if (rhythm.frequency === "custom") {
    const text = rhythm.cron.trim().replace(/\s+/g, " ");
    const fields = text.split(" ").length;
    return fields === 5 || fields === 6 ? text : null;
  }
  const at = clock.exec(rhythm.time);
  if (!at) return null;
  const when = `${Number(at[2])} ${Number(at[1])}`;
  switch (rhythm.frequency) {
    case "daily":
      return `${when} * * *`;
    case "weekly": {
      const days = [...new Set(rhythm.weekdays)].sort((a, b) => a - b);
      if (days.length === 0) return null;
      return `${when} * * ${days.length === 7 ? "*" : shorten(days)}`;
    }
    case "monthly":
      return `${when} ${rhythm.dayOfMonth} * *`;
  }
}

/** 1,2,3,4,5 as 1-5: the way people write it. */
function shorten(days: number[]): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = 1; at <= days.length; at += 1) {
    if (days[at] === (days[at - 1] ?? 0) + 1) continue;
    const first = days[from] ?? 0;
    const last = days[at - 1] ?? 0;
    if (last - first >= 2) parts.push(`${first}-${last}`);
    else for (let day = first; day <= last; day += 1) parts.push(String(day));
    from = at;
  }
  return parts.join(",");
}

const two = (value: number) => String(value).padStart(2, "0");

/** The choice that stands for a cron expression; what has no simpler form stays custom. */
export function fromCron(cron: string): Rhythm {
  const text = cron.trim().replace(/\s+/g, " ");
  const custom: Rhythm = { ...defaultRhythm, frequency: "custom", cron: text };
  const [minute = "", hour = "", day = "", month = "", weekday = "", ...more] = text.split(" ");
  if (more.length > 0 || month !== "*") return custom;
  if (!/^\d{1,2}$/.test(minute) || !/^\d{1,2}$/.test(hour)) return custom;
  if (Number(minute) > 59 || Number(hour) > 23) return custom;
  const time = `${two(Number(hour))}:${two(Number(minute))}`;
  if (day === "*" && weekday === "*") return { ...custom, frequency: "daily", time };
  if (day === "*") {
    const weekdays = readWeekdays(weekday);
    return weekdays ? { ...custom, frequency: "weekly", time, weekdays } : custom;
  }
  const dayOfMonth = Number(day);
  if (weekday !== "*" || !/^\d{1,2}$/.test(day) || dayOfMonth < 1 || dayOfMonth > 31) return custom;
  return { ...custom, frequency: "monthly", time, dayOfMonth };
}

const names = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

function readWeekdays(text: string): number[] | null {
  const days = new Set<number>();
  const read = (word: string) => {
    const named = names.indexOf(word.toLowerCase());
    return named >= 0 ? named : /^[0-7]$/.test(word) ? Number(word) : Number.NaN;
  };
  for (const part of text.split(",")) {
    const [from = "", to = from, ...more] = part.split("-");
    const first = read(from);
    const last = read(to);
    if (more.length > 0 || Number.isNaN(first) || Number.isNaN(last) || last < first) return null;
    for (let day = first; day <= last; day += 1) days.add(day % 7);
  }
  return [...days].sort((a, b) => a - b);
}

/** The days of the week in the order of a locale, with their names. */
export function weekdaysOf(locale: string): { day: number; short: string; long: string }[] {
  const short = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });
  const long = new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" });
  return weekOrder(locale).map((day) => {
    // 4 January 1970 was a Sunday.
    const date = new Date(Date.UTC(1970, 0, 4 + day));
    return { day, short: short.format(date), long: long.format(date) };
  });
}

function weekOrder(locale: string): number[] {
  const first = locale.startsWith("ar") ? 6 : locale === "en" ? 0 : 1;
  return everyDay.map((day) => (day + first) % 7);
}

/** Time zones that browsers know, with the reader's own first. */
export function timezones(): string[] {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const all = Intl.supportedValuesOf("timeZone");
  return [...new Set([own, "UTC", ...all])];
}

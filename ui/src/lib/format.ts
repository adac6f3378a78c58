// Numbers, money, sizes and times in the reader's language. Pure: the locale is a parameter.
export interface Formats {
  number(value: number): string;
  percent(value: number): string;
  money(micros: number): string;
  /** As precise as is useful: 480ms, 7.4s, 52s, 3m 20s, 3d 4h. */
  duration(ms: number): string;
  /** For clocks that tick: never less than whole seconds. */
  seconds(ms: number): string;
  dateTime(iso: string): string;
  date(iso: string): string;
  /** A day that begins at midnight UTC, wherever the reader is. */
  day(iso: string): string;
  /** The same without its year, for axes. */
  shortDay(iso: string): string;
  /** A large number in few letters: 1.2M. */
  compact(value: number): string;
  /** The time of day with its seconds: for facts that follow each other closely. */
  clock(iso: string): string;
  /** A time on the clock, such as 9:30 or 9:30 AM. */
  timeOfDay(hours: number, minutes: number): string;
  relative(iso: string, now: number): string;
  bytes(value: number): string;
}

const unit = (locale: string, name: string, digits = 0) =>
  new Intl.NumberFormat(locale, {
    style: "unit",
    unit: name,
    unitDisplay: "narrow",
    maximumFractionDigits: digits,
  });

const spans: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function createFormats(locale: string): Formats {
  const number = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const shortDay = new Intl.DateTimeFormat(locale, {
    month: "short",
    day: "numeric",
    timeZone: "UTC",
  });
  const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
  const ofDay = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: "UTC" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  return {
    number: (value) => number.format(value),
    percent: (value) => percent.format(value / 100),
    money(micros) {
      const dollars = micros / 1_000_000;
      const size = Math.abs(micros);
      const digits = size === 0 || size >= 100_000 ? 2 : size >= 100 ? 4 : 6;
      const text = new Intl.NumberFormat(locale, {
        style: "currency",
        currency: "USD",
        currencyDisplay: "narrowSymbol",
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }).format(dollars);
      // Between right-to-left words "US$" comes out as "$US".
      return text.replace("US$", "$");
    },
    duration(ms) {
      if (ms < 1_000) return unit(locale, "millisecond").format(Math.max(0, Math.round(ms)));
      if (ms < 10_000) return unit(locale, "second", 1).format(Math.floor(ms / 100) / 10);
      return wholeSeconds(locale, ms);
    },
    seconds: (ms) => wholeSeconds(locale, ms),
    dateTime: (iso) => dateTime.format(new Date(iso)),
    date: (iso) => date.format(new Date(iso)),
    day: (iso) => day.format(new Date(iso)),
    shortDay: (iso) => shortDay.format(new Date(iso)),
    compact: (value) => compact.format(value),
    clock: (iso) => clock.format(new Date(iso)),
    timeOfDay: (hours, minutes) => ofDay.format(new Date(Date.UTC(1970, 0, 1, hours, minutes))),
    relative(iso, now) {
      const seconds = Math.round((Date.parse(iso) - now) / 1_000);
      for (const [name, size] of spans) {
        if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), name);
      }
      return relative.format(0, "second");
    },
    bytes(value) {
      if (value >= 1e9) return unit(locale, "gigabyte", 1).format(value / 1e9);
      return unit(locale, "megabyte").format(value / 1e6);
    },
  };
}

function wholeSeconds(locale: string, ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const part = (name: string, value: number) => unit(locale, name).format(value);
  if (minutes === 0) return part("second", seconds);
  if (hours === 0) return `${part("minute", minutes)} ${part("second", seconds % 60)}`;
  if (hours < 48) return `${part("hour", hours)} ${part("minute", minutes % 60)}`;
  return `${part("day", Math.floor(hours / 24))} ${part("hour", hours % 24)}`;
}

/**
 * A moment as clocks in a time zone show it, with the day of the week: "Mon, Nov 23, 9:00 AM"; with
 * its year when that is not this one, or a yearly schedule would run five times on one day.
 */
export function zonedTime(iso: string, timeZone: string, locale: string, now = Date.now()): string {
  const moment = new Date(iso);
  const written = (zone: string | undefined) => {
    const year = new Intl.DateTimeFormat("en", { year: "numeric", timeZone: zone });
    const isOther = year.format(moment) !== year.format(now);
    return new Intl.DateTimeFormat(locale, {
      weekday: "short",
      year: isOther ? "numeric" : undefined,
      month: "short",
      day: "numeric",
      hour: "numeric",
      minute: "2-digit",
      timeZone: zone,
    }).format(moment);
  };
  try {
    return written(timeZone);
  } catch {
    // A zone that this browser does not know: then in its own.
    return written(undefined);
  }
}

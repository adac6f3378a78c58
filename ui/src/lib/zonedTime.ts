/** A moment as clocks in a time zone show it, with the day of the week: "Mon, Nov 23, 9:00 AM". */
export function zonedTime(iso: string, timeZone: string, locale: string): string {
  const look: Intl.DateTimeFormatOptions = {
    weekday: "short",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
  };
  try {
    return new Intl.DateTimeFormat(locale, { ...look, timeZone }).format(new Date(iso));
  } catch {
    // A zone that this browser does not know: then in its own.
    return new Intl.DateTimeFormat(locale, look).format(new Date(iso));
  }
}

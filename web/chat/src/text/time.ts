import type { Language } from "../i18n/language";

interface Day {
  year: number;
  month: number;
  day: number;
  time: string;
}

export type TimeLabel = (at: number, now: number) => string;

const DAY_MS = 86_400_000;

/**
 * Makes the labels between messages: "14:05", "昨天 14:05", "7月3日 14:05", "2024年7月3日 14:05".
 *
 * @param timeZone where people read it (IANA name), whatever the device's own zone is
 */
export function timeLabels(language: Language, timeZone: string): TimeLabel {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const dayOf = (at: number): Day => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
    return {
      year: number("year"),
      month: number("month"),
      day: number("day"),
      time: `${parts.get("hour") ?? ""}:${parts.get("minute") ?? ""}`,
    };
  };
  const same = (a: Day, b: Day): boolean =>
    a.year === b.year && a.month === b.month && a.day === b.day;
  return (at, now) => {
    const then = dayOf(at);
    const today = dayOf(now);
    if (same(then, today)) return then.time;
    if (same(then, dayOf(now - DAY_MS))) return `${language.yesterday} ${then.time}`;
    const year = then.year === today.year ? null : then.year;
    return `${language.date(year, then.month, then.day)} ${then.time}`;
  };
}

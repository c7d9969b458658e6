import { DateTime, IANAZone } from 'luxon';

/** The time of a turn as a clock on the wall shows it where the customer is served. */
export interface WallClock {
  /** `2026-12-03` */
  date: string;
  /** `17:05` */
  time: string;
}

/** `at` in milliseconds since 1970. A time zone that is not known counts as UTC. */
export function wallClock(at: number, timeZone: string): WallClock {
  const moment = DateTime.fromMillis(at, { zone: IANAZone.isValidZone(timeZone) ? timeZone : 'UTC' });
  return { date: moment.toFormat('yyyy-MM-dd'), time: moment.toFormat('HH:mm') };
}

/** `2026-12-03`, or undefined when there is no such day. */
export function dayOf(year: number, month: number, day: number): string | undefined {
  const moment = DateTime.utc(year, month, day);
  return moment.isValid && year >= 1000 && year <= 9999 ? moment.toFormat('yyyy-MM-dd') : undefined;
}

/** `date` and so many days, weeks or months after it. */
export function later(date: string, count: number, unit: 'days' | 'weeks' | 'months'): string | undefined {
  const moment = DateTime.fromISO(date, { zone: 'UTC' }).plus({ [unit]: count });
  return dayOf(moment.year, moment.month, moment.day);
}

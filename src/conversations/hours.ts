import { IANAZone } from 'luxon';
import type { Hours } from '../store/queue.ts';

/**
 * When a queue is served. Times are milliseconds since 1970; a date is the milliseconds of its midnight as if it were
 * UTC, and a wall time those of what the clock on the wall shows.
 *
 * Where the clock changes:
 * - The wall clock never goes back here. While an hour comes for the second time it stands still at the hour's end, so
 *   that `02:30` is the first of two, an end at `03:00` the second, and nobody's door opens twice a night.
 * - A time that does not exist is the moment at which the clock jumps over it.
 *
 * Where dates meet:
 * - A span belongs to the date on which it begins, and goes on past midnight beside what the next date has itself.
 * - A holiday has its date for itself: what reaches into it ends at its midnight, be it of the week or of a holiday.
 */

const MINUTE = 60_000;
const DAY = 86_400_000;
const DAY_MINUTES = 1440;

/** How far ahead is looked: a year, and some days for those that open once in it. */
const HORIZON = 370 * DAY;

interface Span {
  from: number;
  to: number;
}

interface Opening {
  start: number;
  /** The first moment that is not part of it. */
  end: number;
}

/** Whether a queue is served at a time; when not, on which holiday. Without hours it always is. */
export function openAt(
  hours: Hours | undefined,
  at: number,
): { open: true } | { open: false; holiday?: string } {
  if (!hours) return { open: true };
  const wall = wallTimeOf(IANAZone.create(hours.timeZone), at);
  const date = dateOf(wall);
  const minute = (wall - date) / MINUTE;
  const open =
    spansOf(hours, date).some(({ from, to }) => from <= minute && minute < to) ||
    spansOf(hours, date - DAY).some(({ to }) => minute + DAY_MINUTES < to);
  if (open) return { open };
  const holiday = holidayOn(hours, date)?.name;
  return holiday === undefined ? { open } : { open, holiday };
}

/** The first moment from `at` on at which it is open: `at` itself when it is; null when there is none in 370 days. */
export function nextOpening(hours: Hours | undefined, at: number): number | null {
  if (!hours) return at;
  for (const { start, end } of openingsFrom(hours, at)) {
    if (end > at) return within(at, Math.max(start, at));
  }
  return null;
}

/**
 * From when on a wait counts that begins at `at`: at once while it is open, else from its opening on, since nobody is to take
 * it before. At once also where it does not open in 370 days, so that it is not forgotten.
 */
export function countsFrom(hours: Hours | undefined, at: number): number {
  return nextOpening(hours, at) ?? at;
}

/** The last moment up to `at` at which it closed; null when there is none in 370 days. To be asked while it is closed. */
export function lastClosing(hours: Hours, at: number): number | null {
  const zone = IANAZone.create(hours.timeZone);
  const today = dateOf(wallTimeOf(zone, at));
  let last: number | null = null;
  for (let date = today; date >= today - HORIZON; date -= DAY) {
    const later: number | null = last;
    for (const { end } of openingsOn(zone, hours, date)) if (end <= at) last = Math.max(last ?? end, end);
    // What begins on one date may end after what begins on the next, but not on one more.
    if (later !== null) break;
  }
  return last;
}

/** The first moment from `at` on at which it is closed: `at` itself when it is; null when there is none in 370 days. */
export function nextClosing(hours: Hours | undefined, at: number): number | null {
  if (!hours) return null;
  let open = at;
  for (const { start, end } of openingsFrom(hours, at)) {
    if (start > open) break;
    open = Math.max(open, end);
  }
  return within(at, open);
}

function within(at: number, found: number): number | null {
  return found <= at + HORIZON ? found : null;
}

/** In order of their start, up to the horizon. They may overlap. */
function* openingsFrom(hours: Hours, at: number): Generator<Opening> {
  const zone = IANAZone.create(hours.timeZone);
  const first = dateOf(wallTimeOf(zone, at)) - DAY;
  for (let date = first; date <= first + HORIZON + 2 * DAY; date += DAY) yield* openingsOn(zone, hours, date);
}

/** Those that begin on a date. */
function* openingsOn(zone: IANAZone, hours: Hours, date: number): Generator<Opening> {
  for (const { from, to } of spansOf(hours, date)) {
    const start = momentOf(zone, date + from * MINUTE);
    const end = momentOf(zone, date + to * MINUTE);
    if (start < end) yield { start, end };
  }
}

/** The spans that begin on a date, the earliest first. */
function spansOf(hours: Hours, date: number): Span[] {
  const weekday = new Date(date).getUTCDay() || 7;
  const spans: Span[] = holidayOn(hours, date)?.open ?? hours.week.filter(({ day }) => day === weekday);
  const end = holidayOn(hours, date + DAY) ? DAY_MINUTES : Number.POSITIVE_INFINITY;
  return spans.map(({ from, to }) => ({ from, to: Math.min(to, end) })).sort((a, b) => a.from - b.from);
}

function holidayOn({ holidays }: Hours, date: number): Hours['holidays'][number] | undefined {
  if (holidays.length === 0) return undefined;
  const written = new Date(date).toISOString().slice(0, 10);
  return holidays.find((holiday) => holiday.date === written);
}

function dateOf(wall: number): number {
  return Math.floor(wall / DAY) * DAY;
}

/** The latest that the wall clock has shown up to a moment. */
function wallTimeOf(zone: IANAZone, at: number): number {
  const before = offsetAt(zone, at - DAY);
  const now = offsetAt(zone, at);
  if (before <= now) return at + now;
  return Math.max(at + now, changeBetween(zone, at - DAY, at) + before - 1);
}

/** The first moment at which the wall clock shows a time, or a later one. */
function momentOf(zone: IANAZone, wall: number): number {
  // No zone is a day away from UTC: the moment lies between these two.
  const before = offsetAt(zone, wall - DAY);
  const after = offsetAt(zone, wall + DAY);
  if (before === after) return wall - before;
  const change = changeBetween(zone, wall - DAY, wall + DAY);
  return wall - before < change ? wall - before : Math.max(change, wall - after);
}

/** The first moment with the later one's offset; no zone has changed its clock twice in two days. */
function changeBetween(zone: IANAZone, earlier: number, later: number): number {
  const after = offsetAt(zone, later);
  let low = earlier;
  let high = later;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle) === after) high = middle;
    else low = middle;
  }
  return high;
}

/** Milliseconds by which the wall clock is ahead of UTC. */
function offsetAt(zone: IANAZone, at: number): number {
  return zone.offset(at) * MINUTE;
}

/** What the clock on the wall shows where the hours hold, else in UTC; `weekday` 1 = Monday … 7 = Sunday. */
export function localTime(
  hours: Hours | undefined,
  at: number,
): { hour: number; minute: number; weekday: number; date: string } {
  const wall = new Date(at + (hours ? offsetAt(IANAZone.create(hours.timeZone), at) : 0));
  return {
    hour: wall.getUTCHours(),
    minute: wall.getUTCMinutes(),
    weekday: wall.getUTCDay() || 7,
    date: wall.toISOString().slice(0, 10),
  };
}

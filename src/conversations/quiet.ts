import type { Hours } from '../store/queue.ts';
import type { QuietHours } from '../store/workstream.ts';
import { nextOpening } from './hours.ts';

const DAY = 1440;

/** The first moment from `at` on that is outside the quiet hours: `at` itself where it is, or where there are none. */
export function allowedAt(quiet: QuietHours | null, at: number): number {
  return quiet === null ? at : (nextOpening(loudHours(quiet), at) ?? at);
}

/** The rest of each day, across midnight where the quiet hours are within a day. */
function loudHours({ timeZone, from, to }: QuietHours): Hours {
  const [begins, ends] = [minutesOf(to), minutesOf(from)];
  const span = { from: begins, to: ends > begins ? ends : ends + DAY };
  return { timeZone, week: [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, ...span })), holidays: [] };
}

/** Of `HH:MM`. */
function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** One hour of a day, as a clock on the wall has it. */
export interface WallHour {
  /** As the report names it: `2026-03-02T09:00+01:00`. */
  key: string;
  /** `9`; of an hour that comes twice `2 (UTC+1)`. */
  name: string;
  /** The same in few signs, each line by itself. */
  label: string[];
}

/** Milliseconds. Clocks are set by no less, and at no other time. */
const STEP = 15 * 60_000;

/**
 * The hours from `from` until `to`, in their order: on the day on which clocks go back one of them comes twice, and on
 * the day on which they go forward one is missing. `offsetAt` says by how many minutes the clock is ahead of UTC.
 */
export function hoursOf(from: number, to: number, offsetAt: (time: number) => number): WallHour[] {
  const found = new Map<string, { hour: number; offset: number }>();
  for (let at = from; at < to; at += STEP) {
    const offset = offsetAt(at);
    const local = new Date(at + offset * 60_000).toISOString();
    found.set(`${local.slice(0, 13)}:00${signed(offset, '00:00')}`, {
      hour: Number(local.slice(11, 13)),
      offset,
    });
  }
  const all = [...found];
  return all.map(([key, { hour, offset }]) => {
    if (all.filter(([, other]) => other.hour === hour).length === 1) {
      return { key, name: `${hour}`, label: [`${hour}`] };
    }
    const short = signed(offset, '0');
    return { key, name: `${hour} (UTC${short})`, label: [`${hour}`, short] };
  });
}

/** `+01:00`, or in the form `0` as short as it can be: `+1`, `+10:30`. */
function signed(offset: number, form: '00:00' | '0'): string {
  const sign = offset < 0 ? '-' : '+';
  const hours = Math.floor(Math.abs(offset) / 60);
  const minutes = String(Math.abs(offset) % 60).padStart(2, '0');
  if (form === '00:00') return `${sign}${String(hours).padStart(2, '0')}:${minutes}`;
  return minutes === '00' ? `${sign}${hours}` : `${sign}${hours}:${minutes}`;
}

/** By the reader's own clock. */
export function localOffset(time: number): number {
  return -new Date(time).getTimezoneOffset();
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):?(\d\d))?$/i;
const RFC_1123 = /^[a-z]{3}, (\d{1,2}) ([a-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC|\+0000)$/i;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * A moment as TeleSign writes it, ISO 8601 or RFC 1123, in milliseconds; null for anything else, and for a moment that
 * the calendar does not have. Not `Date.parse` alone: that takes a date without zone for local time, and
 * "order 66" for a year.
 */
export function parseMoment(value: string): number | null {
  const iso = ISO.exec(value);
  if (iso) {
    const [, year, month, day, hour, minute, second, fraction = '0', sign, hours = '0', minutes = '0'] = iso;
    const utc = instant([year, Number(month) - 1, day, hour, minute, second].map(Number));
    const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
    return utc === null ? null : utc + Math.floor(Number(`0.${fraction}`) * 1000) - offset;
  }
  const rfc = RFC_1123.exec(value);
  if (!rfc) return null;
  const [, day, month = '', year, hour, minute, second] = rfc;
  return instant([year, MONTHS.indexOf(month.toLowerCase()), day, hour, minute, second].map(Number));
}

/** Null for a moment that the calendar does not have, which `Date.UTC` would roll over to another. */
function instant([year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0]: number[]): number | null {
  const at = Date.UTC(year, month, day, hour, minute, second);
  const date = new Date(at);
  const exists = date.getUTCMonth() === month && date.getUTCDate() === day && date.getUTCHours() === hour;
  return exists && minute < 60 && second < 60 ? at : null;
}

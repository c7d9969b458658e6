import { Remembered } from './remembered.ts';
import { simplified } from './simplified.ts';
import { dayOf, later, type WallClock } from './wall-clock.ts';

/** Longer texts hold no date that a question asked for, and the recogniser's patterns take time. Characters. */
const LONGEST = 100;

/** Cultures of `@microsoft/recognizers-text-date-time` by language. */
const CULTURES: Readonly<Record<string, string>> = { en: 'en-us', es: 'es-es', fr: 'fr-fr', zh: 'zh-cn' };

/** What the recogniser found at one place: days with the time of day, or only one of both, the likeliest first. */
interface Found {
  dates: string[];
  times: string[];
}

/**
 * Understands days and times of day in what customers write. Everything relative ("tomorrow", "Friday") is taken from the
 * clock that it is given. What can mean two things gives both, the likelier first; what names two days gives none.
 */
export class DateRecogniser {
  readonly #found = new Remembered<Found[]>();

  /** `2026-12-03`. The locale says whether the day or the month comes first in figures. Days without a year are the next ones from today on; then those before. */
  async dates(text: string, locale: string, language: string, clock: WallClock): Promise<string[]> {
    const plain = readable(text);
    if (plain === undefined) return [];
    const written = writtenDates(plain, locale, clock.date);
    if (written) return written;
    if (VAGUE.test(plain)) return [];
    const found = (await this.#recognised(plain, language, clock)).filter(({ dates }) => dates.length > 0);
    const [first, second] = found;
    return first && !second ? nextFirst(first.dates, clock.date) : [];
  }

  /** `17:05`. Half past four may be in the night or in the afternoon: what is between 7 and 19 comes first. */
  async times(text: string, language: string, clock: WallClock): Promise<string[]> {
    const plain = readable(text);
    if (plain === undefined) return [];
    const written = writtenTimes(plain);
    if (written) return written;
    const found = (await this.#recognised(plain, language, clock)).filter(({ times }) => times.length > 0);
    const [first, second] = found;
    return first && !second ? daytimeFirst(first.times) : [];
  }

  async #recognised(text: string, language: string, clock: WallClock): Promise<Found[]> {
    const culture = CULTURES[language.split('-')[0] ?? ''];
    if (culture === undefined || !/\p{L}/u.test(text)) return [];
    const key = `${culture}\n${clock.date} ${clock.time.slice(0, 2)}\n${text}`;
    return this.#found.under(key, () =>
      recognise(culture === 'zh-cn' ? chinese(text) : text, culture, clock),
    );
  }
}

/** The recogniser takes "a few days" for three. */
const VAGUE = /\b(?:some|few|several|couple|algun\w*|algún|unos|varios|quelques|plusieurs)\b|[幾几数數]天/u;

function readable(text: string): string | undefined {
  if (text.length > LONGEST) return undefined;
  return text
    .replace(/\p{Cs}/gu, '')
    .normalize('NFKC')
    .toLowerCase();
}

/** `null` when no day is written in figures; else what it means, which may be nothing. */
function writtenDates(text: string, locale: string, today: string): string[] | null {
  const whole = [
    ...text.matchAll(/(?<!\d)(\d{4})(?:[-/.]|\s*年\s*)(\d{1,2})(?:[-/.]|\s*月\s*)(\d{1,2})(?!\d)/gu),
  ];
  const [first] = whole;
  if (first)
    return whole.length > 1 ? [] : days([dayOf(Number(first[1]), Number(first[2]), Number(first[3]))]);
  const chineseDay = [...text.matchAll(/(?<!\d)(\d{1,2})\s*月\s*(\d{1,2})(?!\d)/gu)];
  const [day] = chineseDay;
  if (day) return chineseDay.length > 1 ? [] : withoutYear(Number(day[1]), Number(day[2]), today);
  const short = [
    ...text.matchAll(/(?<![\d/.-])(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?(?![\d/.-]*\d)/gu),
  ];
  const [pair] = short;
  if (!pair) return dayAlone(text, today);
  if (short.length > 1) return [];
  // A time with a point, and half a word of it: "at 5.30 pm".
  if (pair[3] === undefined && /^\s*[ap]\.?\s*m\b/u.test(text.slice(pair.index + pair[0].length)))
    return null;
  const [a, b] = [Number(pair[1]), Number(pair[2])];
  const [month, dayOfMonth] = (dayComesFirst(locale) ? b <= 12 : a > 12) ? [b, a] : [a, b];
  if (pair[3] === undefined) return withoutYear(month, dayOfMonth, today);
  return days([dayOf(fullYear(pair[3], today), month, dayOfMonth)]);
}

const DAY_ALONE = /^(?:on )?(?:the |el )?(?:día |dia )?(\d{1,2})(?:st|nd|rd|th|日|號|号)?$/u;

/** "the 5th": the next day of a month that has this number. */
function dayAlone(text: string, today: string): string[] | null {
  const [, day] = DAY_ALONE.exec(text.trim()) ?? [];
  if (day === undefined) return null;
  const [year = 0, month = 1] = today.split('-').map(Number);
  const next = Array.from({ length: 3 }, (_, n) =>
    dayOf(year + Math.floor((month - 1 + n) / 12), ((month - 1 + n) % 12) + 1, Number(day)),
  );
  return days([days(next).find((date) => date >= today)]);
}

function days(found: (string | undefined)[]): string[] {
  return found.filter((day) => day !== undefined);
}

/** 29 February is up to eight years away. */
function withoutYear(month: number, day: number, today: string): string[] {
  const year = Number(today.slice(0, 4));
  const all = days(Array.from({ length: 17 }, (_, n) => dayOf(year - 8 + n, month, day)));
  const next = all.find((date) => date >= today);
  const last = all.findLast((date) => date < today);
  return days([next, last]);
}

function fullYear(written: string, today: string): number {
  if (written.length === 4) return Number(written);
  const century = Number(today.slice(0, 2)) * 100;
  const year = century + Number(written);
  return year > Number(today.slice(0, 4)) + 20 ? year - 100 : year;
}

function dayComesFirst(locale: string): boolean {
  try {
    const parts = new Intl.DateTimeFormat(locale).formatToParts(0).map(({ type }) => type);
    return parts.indexOf('day') < parts.indexOf('month');
  } catch {
    return false;
  }
}

const TIME_ALONE =
  /^(?:at|(?:a )?las?)?\s*(\d{1,2})(?:\s*[:.h點点时時]\s*(\d{2})?)?\s*分?\s*(?:([ap])\.?\s*m\.?)?\s*(?:h|hs|hrs|o'?clock|整)?$/u;
const TIME_WITHIN =
  /(?<![\d:.])(\d{1,2})(?:[:.](\d{2}))?\s*([ap])\.?\s?m\b\.?|(?<![\d:.])(\d{1,2}):(\d{2})(?![\d:])/gu;

/** `null` when no time is written in figures that stands alone, or cannot be mistaken. */
function writtenTimes(text: string): string[] | null {
  const alone = TIME_ALONE.exec(text.trim());
  if (alone) return times(alone[1], alone[2], alone[3]);
  // "de la tarde", "下午": the words around it say which half of the day.
  const within = [...text.matchAll(TIME_WITHIN)];
  const [first] = within;
  if (!first || within.length > 1) return first ? [] : null;
  if (first[3] !== undefined) return times(first[1], first[2], first[3]);
  return Number(first[4]) > 12 ? times(first[4], first[5], undefined) : null;
}

function times(hours = '', minutes = '00', half: string | undefined): string[] {
  const hour = Number(hours);
  if (Number(minutes) > 59 || hour > 24 || (hour === 24 && minutes !== '00')) return [];
  const at = (value: number) => `${String(value % 24).padStart(2, '0')}:${minutes}`;
  if (half !== undefined) return hour === 0 || hour > 12 ? [] : [at((hour % 12) + (half === 'p' ? 12 : 0))];
  if (hour > 12 || hours.startsWith('0')) return [at(hour)];
  return daytimeFirst([at(hour), at(hour + 12)]);
}

function daytimeFirst(found: string[]): string[] {
  const isDaytime = (time: string) => time >= '07:00' && time < '19:00';
  return [...found.filter(isDaytime), ...found.filter((time) => !isDaytime(time))];
}

/** From today on, the nearest first; then those before, the latest first. */
function nextFirst(found: string[], today: string): string[] {
  const sorted = [...new Set(found)].sort();
  return [...sorted.filter((date) => date >= today), ...sorted.filter((date) => date < today).reverse()];
}

/** The recogniser knows noon in Chinese as a range only. */
function chinese(text: string): string {
  return simplified(text).replace(/(?:中午|正午)(?![\d一二三四五六七八九十两])/gu, '12点');
}

/** Loads 34 MB, and is built in 0.1 to 0.5 s the first time in each language; then 1 to 5 ms for a short text. */
async function recognise(text: string, culture: string, clock: WallClock): Promise<Found[]> {
  const { default: recognisers } = await import('@microsoft/recognizers-text-date-time');
  const [year = 0, month = 1, day = 1] = clock.date.split('-').map(Number);
  const [hours = 0, minutes = 0] = clock.time.split(':').map(Number);
  // It reads the fields of a Date in the time zone of the process, whichever that is.
  const reference = new Date(year, month - 1, day, hours, minutes);
  try {
    return recognisers.recognizeDateTime(text, culture, undefined, reference).map(({ resolution }) => {
      const values: unknown = resolution?.values;
      return foundIn(Array.isArray(values) ? values : [], clock.date);
    });
  } catch {
    // It reads what anybody may write, and is not ours.
    return [];
  }
}

function foundIn(values: readonly unknown[], today: string): Found {
  const found: Found = { dates: [], times: [] };
  for (const one of values) {
    const { type, value, start, end, timex } = fieldsOf(one);
    if (type === 'date' || type === 'datetime') found.dates.push(value.slice(0, 10));
    if (type === 'datetime') found.times.push(value.slice(11, 16));
    if (type === 'time') found.times.push(value.slice(0, 5));
    // "tomorrow afternoon"
    if (type === 'datetimerange' && start.slice(0, 10) === end.slice(0, 10))
      found.dates.push(start.slice(0, 10));
    if (type === 'duration') found.dates.push(...days([afterDuration(timex, today)]));
  }
  return {
    dates: found.dates.filter((date) => /^\d{4}-\d\d-\d\d$/.test(date)),
    times: found.times.filter((time) => /^\d\d:\d\d$/.test(time)),
  };
}

/** "In two days" is only a length of time to some languages' recognisers. */
function afterDuration(timex: string, today: string): string | undefined {
  const [, count, unit] = /^P(\d{1,3})([DWM])$/.exec(timex) ?? [];
  if (count === undefined) return undefined;
  return later(today, Number(count), unit === 'D' ? 'days' : unit === 'W' ? 'weeks' : 'months');
}

function fieldsOf(value: unknown) {
  const field = (name: string) => {
    const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
    return typeof found === 'string' ? found : '';
  };
  return {
    type: field('type'),
    value: field('value'),
    start: field('start'),
    end: field('end'),
    timex: field('timex'),
  };
}

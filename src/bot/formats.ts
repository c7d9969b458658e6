import type { Money } from './recognise-money.ts';

/** How a value is to be written in a text: by whose habits, and where an instant is read off the clock. */
export interface Habits {
  /** BCP 47 */
  locale: string;
  /** IANA */
  timeZone: string;
}

type Options = { readonly [name: string]: string };
type Format = (value: unknown, options: Options, habits: Habits) => string | undefined;

/** What can stand behind the comma in `{{total, number}}`. Each gives undefined for a value that it is not made for. */
const FORMATS: Readonly<Record<string, Format>> = {
  number: (value, options, { locale }) => {
    const number = numberOf(value);
    return number === undefined ? undefined : kept('number', locale, options).format(number);
  },
  currency: (value, { code, ...options }, { locale }) => {
    const amount = isMoney(value) ? value.amount : numberOf(value);
    const currency = isMoney(value) ? value.currency : (options.currency ?? code);
    if (amount === undefined || currency === undefined) return undefined;
    return kept('number', locale, { ...options, style: 'currency', currency }).format(amount);
  },
  date: (value, options, habits) => {
    const given = Object.keys(options).length > 0;
    return moment(
      value,
      given ? options : { weekday: 'long', day: 'numeric', month: 'long' },
      habits,
      'date',
    );
  },
  time: (value, options, habits) => {
    const given = Object.keys(options).length > 0;
    return moment(value, given ? options : { timeStyle: 'short' }, habits, 'time');
  },
  datetime: (value, options, habits) => {
    const given = Object.keys(options).length > 0;
    return moment(value, given ? options : { dateStyle: 'medium', timeStyle: 'short' }, habits, 'both');
  },
  list: (value, options, { locale }) =>
    Array.isArray(value) ? kept('list', locale, options).format(value.map(String)) : undefined,
};

export const FORMAT_NAMES: readonly string[] = Object.keys(FORMATS);

/**
 * A value as a text says it, by a format such as `currency(USD)` or `datetime(dateStyle: full; timeStyle: short)`; amounts of
 * money and lists also without one. Never throws: what a format does not fit is written as it is, and what has no value is
 * empty. No space but the plain one is left in: a narrow or protected one would make each SMS 70 characters long.
 */
export function formatted(value: unknown, format: string | undefined, habits: Habits): string {
  if (value === null || value === undefined) return '';
  const asked = format ?? (isMoney(value) ? 'currency' : Array.isArray(value) ? 'list' : undefined);
  const { name, options } = asked === undefined ? { name: '', options: {} } : parsed(asked);
  let text: string | undefined;
  try {
    text = FORMATS[name]?.(value, options, habits);
  } catch {
    // A locale, an option or a currency that is none.
  }
  return (text ?? written(value)).replace(/[\u00a0\u2009\u202f]/g, ' ');
}

/** What is wrong with a format, if anything. */
export function formatMistake(format: string): 'name' | 'options' | undefined {
  const { name, options } = parsed(format);
  const known = FORMATS[name];
  if (!known) return 'name';
  if (name === 'currency' && options.code === undefined && options.currency === undefined && options.style) {
    return 'options';
  }
  try {
    const sample = name === 'list' ? ['a'] : name === 'date' ? '2026-12-03' : name === 'time' ? '15:30' : 0;
    known(sample, options, { locale: 'en', timeZone: 'UTC' });
    return undefined;
  } catch {
    return 'options';
  }
}

/** `currency(USD)` → the code alone; `number(minimumFractionDigits: 2; …)` → options of Intl. */
function parsed(format: string): { name: string; options: Options } {
  const [, name = format.trim(), inner = ''] = /^\s*(\w+)\s*(?:\((.*)\))?\s*$/s.exec(format) ?? [];
  const options: Record<string, string> = {};
  for (const part of inner.split(';')) {
    const [key = '', value] = part.split(':', 2).map((one) => one.trim());
    if (value !== undefined) options[key] = value.replace(/^['"]|['"]$/g, '');
    else if (key !== '') options.code = key;
  }
  return { name: name.toLowerCase(), options };
}

function isMoney(value: unknown): value is Money {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'amount') === 'number' &&
    typeof Reflect.get(value, 'currency') === 'string'
  );
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function written(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const DAY = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d\d:\d\d$/;
const OF_DAY = ['dateStyle', 'weekday', 'era', 'year', 'month', 'day'];
const OF_TIME = ['timeStyle', 'hour', 'minute', 'second', 'hour12', 'dayPeriod', 'timeZoneName'];

/** A day has no time of day and no time zone, a time of day no day: the options for them are left out. */
function moment(
  value: unknown,
  options: Options,
  { locale, timeZone }: Habits,
  of: 'date' | 'time' | 'both',
): string | undefined {
  const without = (names: readonly string[]) =>
    Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)));
  if (typeof value === 'string' && DAY.test(value)) {
    if (of === 'time') return undefined;
    return kept('date', locale, { ...without(OF_TIME), timeZone: 'UTC' }).format(new Date(`${value}T00:00Z`));
  }
  if (typeof value === 'string' && TIME.test(value)) {
    if (of === 'date') return undefined;
    return kept('date', locale, { ...without(OF_DAY), timeZone: 'UTC' }).format(
      new Date(`1970-01-01T${value}Z`),
    );
  }
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? undefined : kept('date', locale, { timeZone, ...options }).format(at);
}

const MAKERS = {
  number: (locale: string, options: object) => new Intl.NumberFormat(locale, options),
  date: (locale: string, options: object) => new Intl.DateTimeFormat(locale, options),
  list: (locale: string, options: object) => new Intl.ListFormat(locale, options),
} as const;

/** Making one takes 20 to 100 µs, and locales come from outside: not more than this many. */
const MOST_KEPT = 500;
const MADE = new Map<string, unknown>();

function kept(kind: 'number', locale: string, options: Options): Intl.NumberFormat;
function kept(kind: 'date', locale: string, options: Options): Intl.DateTimeFormat;
function kept(kind: 'list', locale: string, options: Options): Intl.ListFormat;
function kept(kind: keyof typeof MAKERS, locale: string, options: Options): unknown {
  const key = `${kind} ${locale} ${JSON.stringify(options)}`;
  const known = MADE.get(key);
  if (known) return known;
  const typed = Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      value === 'true' ? true : value === 'false' ? false : value,
    ]),
  );
  const made = MAKERS[kind](locale, typed);
  if (MADE.size >= MOST_KEPT) MADE.clear();
  MADE.set(key, made);
  return made;
}

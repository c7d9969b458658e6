import { simplified } from './simplified.ts';
import { LONE_SURROGATE } from './words.ts';

/** Longer texts hold no number that a question asked for, and the recogniser's patterns take time. Characters. */
const LONGEST = 160;

/** Cultures of `@microsoft/recognizers-text-number` by language. Written-out numbers are known in these. */
const CULTURES: Readonly<Record<string, string>> = {
  en: 'en-us',
  es: 'es-es',
  fr: 'fr-fr',
  ja: 'ja-jp',
  pt: 'pt-br',
  zh: 'zh-cn',
};

/**
 * The one number in a text: `10234`, `my order is #10234`, `1.234,5` in Spanish, `twelve`. Undefined when there is
 * none, more than one, or one too large to be exact. `language` is the one in which the customer is answered.
 */
export async function numberIn(text: string, locale: string, language: string): Promise<number | undefined> {
  const plain = readable(text);
  if (plain === undefined) return undefined;
  return /\d/.test(plain) ? writtenNumber(plain, locale) : spokenNumber(plain, language, 'recognizeNumber');
}

/** The place that an ordinal in words names, such as 12 for `the twelfth one`. */
export async function ordinalIn(text: string, language: string): Promise<number | undefined> {
  const plain = readable(text);
  return plain === undefined ? undefined : spokenNumber(plain, language, 'recognizeOrdinal');
}

function readable(text: string): string | undefined {
  return text.length > LONGEST ? undefined : text.replace(LONE_SURROGATE, '').normalize('NFKC');
}

/** 10 MiB for English, 28 for Spanish, and up to 0.6 s the first time: only for those who write numbers as words. */
async function spokenNumber(
  text: string,
  language: string,
  recognise: 'recognizeNumber' | 'recognizeOrdinal',
): Promise<number | undefined> {
  const culture = CULTURES[language.split('-')[0] ?? ''];
  if (culture === undefined || !/\p{L}/u.test(text)) return undefined;
  const { default: recognisers } = await import('@microsoft/recognizers-text-number');
  const [first, second] = recognisers[recognise](culture === 'zh-cn' ? simplified(text) : text, culture);
  if (!first || second) return undefined;
  // In Spanish, "doce y medio" is 12,5.
  const value = Number(String(first.resolution?.value).replace(',', '.'));
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

const WRITTEN = /(?<![\p{L}\p{N}])[+-]?\d+(?:[.,'’]\d+)*|\d+(?:[.,'’]\d+)*/gu;

/** The one number written in digits. */
export function writtenNumber(text: string, locale: string): number | undefined {
  const found = [...text.matchAll(WRITTEN)];
  const [first] = found;
  if (!first || found.length > 1) return undefined;
  const value = Number(withPoint(first[0], locale));
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

/** Groups of thousands taken out, the decimal mark made a point: by the locale's habit where both are possible. */
function withPoint(digits: string, locale: string): string {
  const marks = [...new Set(digits.match(/[.,'’]/g) ?? [])];
  if (marks.length === 0) return digits;
  const last = digits.search(/[.,'’]\d*$/);
  const mark = digits[last];
  const decimals = digits.length - last - 1;
  const repeated = digits.indexOf(mark ?? '') !== last;
  const decimal = !repeated && (marks.length > 1 || decimals !== 3 || mark === decimalMark(locale));
  const whole = digits.slice(0, last).replace(/[.,'’]/g, '');
  return decimal ? `${whole}.${digits.slice(last + 1)}` : `${whole}${digits.slice(last + 1)}`;
}

function decimalMark(locale: string): string {
  try {
    return (
      new Intl.NumberFormat(locale).formatToParts(1.5).find(({ type }) => type === 'decimal')?.value ?? '.'
    );
  } catch {
    return '.';
  }
}

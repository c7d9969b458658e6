import { SYSTEM } from './system-texts.ts';
import type { Texts } from './texts.ts';
import { isBoundary, LONE_SURROGATE, normalised, Vocabulary } from './words.ts';

/** An option of a choice as the customer sees it. */
export interface Choosable {
  value: string;
  label: string;
  /** Other words for it. */
  words: readonly string[];
}

/** Longer texts hold no number that a question asked for, and the recogniser's patterns take time. Characters. */
const LONGEST_NUMBER = 160;

/** Cultures of `@microsoft/recognizers-text-number` by language. Written-out numbers are known in these. */
const CULTURES: Record<string, string> = {
  en: 'en-us',
  es: 'es-es',
  fr: 'fr-fr',
  ja: 'ja-jp',
  pt: 'pt-br',
  zh: 'zh-cn',
};

/** Names of options come again in every turn; those with a customer's value in them must not fill the memory. */
const NAMES_KEPT = 2000;

/** Understands answers to questions. */
export class Recogniser {
  readonly #texts: Texts;
  readonly #yesNo: Vocabulary<'yes' | 'no'>;
  readonly #places: Vocabulary<number>;
  readonly #names = new Map<string, string>();

  constructor(texts: Texts) {
    this.#texts = texts;
    this.#yesNo = new Vocabulary(texts);
    this.#places = new Vocabulary(texts);
    for (const language of texts.languages) {
      for (const answer of ['yes', 'no'] as const) {
        this.#yesNo.add(language, texts.words(language, SYSTEM, `words.${answer}`), answer);
      }
      for (let place = 1; place <= 9; place += 1) {
        const words = texts.words(language, SYSTEM, `words.numbers.${place}`);
        this.#places.add(language, [String(place), ...words], place);
      }
    }
  }

  yesNo(text: string, locale: string): boolean | undefined {
    const answer = this.#yesNo.find(text, locale);
    return answer === undefined ? undefined : answer === 'yes';
  }

  /**
   * The one number in a text: `10234`, `my order is #10234`, `1.234,5` in Spanish, `twelve`. Undefined when there is
   * none, more than one, or one too large to be exact.
   */
  async number(text: string, locale: string): Promise<number | undefined> {
    if (text.length > LONGEST_NUMBER) return undefined;
    const plain = text.replace(LONE_SURROGATE, '').normalize('NFKC');
    if (/\d/.test(plain)) return written(plain, locale);
    const culture = CULTURES[this.#texts.language(locale).split('-')[0] ?? ''];
    if (culture === undefined || !/\p{L}/u.test(plain)) return undefined;
    // 10 MiB for English, 28 for Spanish, and up to 0.6 s the first time: only for those who write numbers as words.
    const { default: recognisers } = await import('@microsoft/recognizers-text-number');
    const [first, second] = recognisers.recognizeNumber(plain, culture);
    if (!first || second) return undefined;
    // In Spanish, "doce y medio" is 12,5.
    const value = Number(String(first.resolution?.value).replace(',', '.'));
    return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : undefined;
  }

  /** The option that a text means: by its number, value, label or words, or the only one that it can mean. */
  choice<T extends Choosable>(text: string, options: readonly T[], locale: string): T | undefined {
    const exact = this.exactChoice(text, options);
    if (exact) return exact;
    const place = this.#places.find(text, locale);
    if (place !== undefined) return options[place - 1];
    const said = normalised(text);
    return (
      this.#only(options, (name) => holds(said, name)) ??
      // Part of a label is enough when it is long enough to be meant: "hours" for "Opening hours".
      (said.length >= (/[^\p{ASCII}]/u.test(said) ? 2 : 4)
        ? this.#only(options, (name) => holds(name, said))
        : undefined)
    );
  }

  /** The option whose value, label or word the text is. */
  exactChoice<T extends Choosable>(text: string, options: readonly T[]): T | undefined {
    const said = normalised(text);
    return options.find(
      (option) => this.#name(option.value) === said || this.#namesOf(option).some((name) => name === said),
    );
  }

  #only<T extends Choosable>(options: readonly T[], fits: (name: string) => boolean): T | undefined {
    const fitting = options.filter((option) => this.#namesOf(option).some(fits));
    return fitting.length === 1 ? fitting[0] : undefined;
  }

  #namesOf(option: Choosable): string[] {
    return [option.label, ...option.words].map((name) => this.#name(name));
  }

  #name(name: string): string {
    const kept = this.#names.get(name);
    if (kept !== undefined) return kept;
    if (this.#names.size >= NAMES_KEPT) this.#names.clear();
    const made = normalised(name);
    this.#names.set(name, made);
    return made;
  }
}

/** Whether `part` stands in `whole` as whole words. */
function holds(whole: string, part: string): boolean {
  if (part === '') return false;
  for (let at = whole.indexOf(part); at >= 0; at = whole.indexOf(part, at + 1)) {
    if (isBoundary(whole, at) && isBoundary(whole, at + part.length)) return true;
  }
  return false;
}

/** The one number written in digits. */
function written(text: string, locale: string): number | undefined {
  const found = [...text.matchAll(/(?<![\p{L}\p{N}])[+-]?\d+(?:[.,'’]\d+)*|\d+(?:[.,'’]\d+)*/gu)];
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

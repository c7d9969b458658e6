import { isNearMiss } from './near-miss.ts';
import { DateRecogniser } from './recognise-date.ts';
import { MoneyRecogniser } from './recognise-money.ts';
import { SYSTEM } from './system-texts.ts';
import type { Texts } from './texts.ts';
import { normalised, stands, Vocabulary } from './words.ts';

/** An option of a choice as the customer sees it. */
export interface Choosable {
  value: string;
  label: string;
  /** Other words for it. */
  words: readonly string[];
}

/** Names of options come again in every turn; those with a customer's value in them must not fill the memory. */
const NAMES_KEPT = 2000;

/** Understands answers to questions. */
export class Recogniser {
  readonly dates = new DateRecogniser();
  readonly amounts = new MoneyRecogniser();
  readonly #ownNumber: Vocabulary<true>;
  readonly #yesNo: Vocabulary<'yes' | 'no'>;
  readonly #places: Vocabulary<number>;
  readonly #more: Vocabulary<true>;
  readonly #names = new Map<string, string>();

  constructor(texts: Texts) {
    this.#ownNumber = new Vocabulary(texts);
    this.#yesNo = new Vocabulary(texts);
    this.#places = new Vocabulary(texts);
    this.#more = new Vocabulary(texts);
    for (const language of texts.languages) {
      this.#ownNumber.add(language, texts.words(language, SYSTEM, 'words.own_number'), true);
      for (const answer of ['yes', 'no'] as const) {
        this.#yesNo.add(language, texts.words(language, SYSTEM, `words.${answer}`), answer);
      }
      this.#more.add(language, ['0', ...texts.words(language, SYSTEM, 'words.more')], true);
      for (let place = 1; place <= 9; place += 1) {
        const words = texts.words(language, SYSTEM, `words.numbers.${place}`);
        this.#places.add(language, [String(place), ...words], place);
      }
    }
  }

  /** Whether a text asks for the next page of a menu. */
  more(text: string, locale: string): boolean {
    return this.#more.find(text, locale) === true;
  }

  /** Whether a text means the number that it comes from: "this number". */
  ownNumber(text: string, locale: string): boolean {
    return this.#ownNumber.find(text, locale) === true;
  }

  yesNo(text: string, locale: string): boolean | undefined {
    const answer = this.#yesNo.find(text, locale);
    return answer === undefined ? undefined : answer === 'yes';
  }

  /** The option that a text means: by its number, value, label or words, or the only one that it can mean, also with one letter wrong. */
  choice<T extends Choosable>(text: string, options: readonly T[], locale: string): T | undefined {
    const exact = this.exactChoice(text, options);
    if (exact) return exact;
    const place = this.#places.find(text, locale);
    if (place !== undefined) return options[place - 1];
    const said = normalised(text);
    return (
      this.#only(options, (name) => stands(name, said)) ??
      // Part of a label is enough when it is long enough to be meant: "hours" for "Opening hours".
      (said.length >= (/[^\p{ASCII}]/u.test(said) ? 2 : 4)
        ? this.#only(options, (name) => stands(said, name))
        : undefined) ??
      this.#only(options, (name) => isNearMiss(said, name))
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

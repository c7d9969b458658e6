import i18next, { type FormatterModule, type i18n } from 'i18next';
import type { Json } from '../bot-turn.ts';
import { languageChain } from '../languages.ts';
import { formatted, type Habits } from './formats.ts';
import type { LocaleFile, LocaleFiles, LocaleTexts } from './locale-file.ts';
import { withoutPluralForm } from './plurals.ts';

/** A text that a language lacks. The next language of the chain stood in, or nothing did. */
export interface MissingText {
  language: string;
  /** The locale file's name: a dialog's id, or `system`. */
  file: string;
  key: string;
}

/** A text that was asked for, as it came out. */
export interface AskedText {
  /** The locale file's name: a dialog's id, or `system`. */
  file: string;
  key: string;
  text: string;
}

export type Values = { [name: string]: Json };

/** Locales come from outside, and a chain is kept for each: not more than this many. */
const CHAINS_KEPT = 500;

/**
 * The texts of all languages. Asking for one never throws and never gives a key or a `{{name}}`: what is missing in a
 * language is taken from the next in its chain, told to `onMissing`, and in the end is an empty text.
 */
export class Texts {
  readonly languages: readonly string[];
  readonly defaultLanguage: string;
  readonly #i18n: i18n;
  readonly #files: LocaleFiles['files'];
  readonly #onMissing: (missing: MissingText) => void;
  readonly #onText: ((asked: AskedText) => void) | undefined;
  readonly #plain: Map<string, Map<string, Map<string, string>>>;
  readonly #chains = new Map<string, readonly string[]>();

  /** `defaultLanguage` ends every chain; it should be one of the languages read. */
  constructor(
    locales: Pick<LocaleFiles, 'languages' | 'files'>,
    defaultLanguage: string,
    onMissing: (missing: MissingText) => void = () => {},
    onText?: (asked: AskedText) => void,
  ) {
    this.languages = locales.languages;
    this.defaultLanguage = defaultLanguage;
    this.#files = locales.files;
    this.#onMissing = onMissing;
    this.#onText = onText;
    this.#plain = new Map(
      [...locales.files].map(([language, files]) => [
        language,
        new Map([...files].map(([name, file]) => [name, plainTexts(file)])),
      ]),
    );
    this.#i18n = i18next.createInstance().use(FORMATTER);
    const resources = Object.fromEntries(
      [...locales.files].map(([language, files]) => [
        language,
        Object.fromEntries([...files].map(([name, file]) => [name, withAllForms(file)])),
      ]),
    );
    const settled = this.#i18n.init({
      lng: defaultLanguage,
      fallbackLng: false,
      resources,
      load: 'currentOnly',
      initAsync: false,
      nsSeparator: false,
      returnNull: false,
      // These are SMS: with escaping, O'Brien would leave as O&#39;Brien.
      interpolation: { escapeValue: false, alwaysFormat: true },
      missingInterpolationHandler: () => '',
      parseMissingKeyHandler: () => '',
      returnedObjectHandler: () => '',
    });
    // Everything is in memory and `initAsync` is off, so it is ready already; a rejection would be a wrong option.
    settled.catch(() => {});
  }

  /** The language in which a customer of this locale is answered: `zh-Hant-HK` → `zh-TW`. */
  language(locale: string): string {
    return this.chain(locale)[0] ?? this.defaultLanguage;
  }

  /** The languages to look in, best first, ending with the default: `zh-Hant-HK` → `['zh-TW', 'en']`. */
  chain(locale: string): readonly string[] {
    const kept = this.#chains.get(locale);
    if (kept) return kept;
    const chain = languageChain(locale, this.languages, this.defaultLanguage);
    if (this.#chains.size >= CHAINS_KEPT) this.#chains.clear();
    this.#chains.set(locale, chain);
    return chain;
  }

  /**
   * The text under `key` when it says the same whatever the values, without the 5 µs that i18next takes. Undefined when
   * it does not, or the customer's language lacks it.
   */
  plain(locale: string, file: string, key: string): string | undefined {
    const text = this.#plain.get(this.language(locale))?.get(file)?.get(key);
    if (text !== undefined) this.#onText?.({ file, key, text });
    return text;
  }

  /**
   * The text under `key` of the locale file `file`, with `{{name}}` filled from `values`; '' when no language has it.
   * Instants are told in `timeZone` (IANA).
   */
  text(locale: string, file: string, key: string, values: Values = {}, timeZone = 'UTC'): string {
    const text = this.#translated(locale, file, key, values, timeZone);
    this.#onText?.({ file, key, text });
    return text;
  }

  /** One of several texts under `key` that say the same, the `turn`th from 0 on; undefined when there are not several. */
  inTurn(
    locale: string,
    file: string,
    key: string,
    turn: number,
    values: Values,
    timeZone: string,
  ): string | undefined {
    const language = this.chain(locale).find((one) => this.#files.get(one)?.get(file)?.entries.has(key));
    const texts = language === undefined ? [] : this.words(language, file, key);
    if (texts.length === 0) return undefined;
    const text = this.#translated(locale, file, `${key}.${turn % texts.length}`, values, timeZone);
    this.#onText?.({ file, key, text });
    return text;
  }

  #translated(locale: string, file: string, key: string, values: Values, timeZone: string): string {
    const chain = this.chain(locale);
    const options = {
      lng: chain[0],
      lngs: [...chain],
      ns: file,
      replace: values,
      returnDetails: true,
      [HABITS]: { locale, timeZone },
    } as const;
    const counted = 'count' in values ? { ...options, count: Number(values.count) || 0 } : options;
    const { res, usedLng, exactUsedKey } = this.#i18n.t(key, counted);
    const found = typeof res === 'string' ? res.trim() : '';
    if (usedLng !== chain[0] || (found === '' && !this.has(usedLng, file, exactUsedKey))) {
      this.#onMissing({ language: chain[0] ?? this.defaultLanguage, file, key });
    }
    return found;
  }

  /** A text that stands in no locale file, with `{{name}}` filled from `values`. */
  fill(text: string, values: Values): string {
    return this.#i18n.services.interpolator.interpolate(text, values, this.defaultLanguage, {}).trim();
  }

  /** The list of words under `key` in one language; empty when it has none. */
  words(language: string, file: string, key: string): readonly string[] {
    const value = this.#files.get(language)?.get(file)?.entries.get(key)?.value;
    return Array.isArray(value) ? value : [];
  }

  /** The text under `key` as it is written, with its `{{values}}`, of a list or plural forms one; '' when none has it. */
  written(locale: string, file: string, key: string): string {
    for (const language of this.chain(locale)) {
      const entries = this.#files.get(language)?.get(file)?.entries;
      const value = (entries?.get(key) ?? entries?.get(`${key}_other`))?.value;
      if (value !== undefined) return [value].flat()[0] ?? '';
    }
    return '';
  }

  /** The keys of a locale file in all languages, those of plural forms without their endings. */
  keys(file: string): Set<string> {
    const files = [...this.#files.values()].flatMap((named) => named.get(file) ?? []);
    return new Set(files.flatMap(({ entries }) => [...entries.keys()].map(withoutPluralForm)));
  }

  /** Whether this very language has it. */
  has(language: string, file: string, key: string): boolean {
    return typeof this.#files.get(language)?.get(file)?.entries.get(key)?.value === 'string';
  }
}

/** The forms that a language has for rare counts, such as millions in Spanish, are its `_other` where nobody wrote them. */
function withAllForms({ language, texts, entries }: LocaleFile): LocaleTexts {
  const lacking = [...entries].filter(([key]) => key.endsWith('_other'));
  if (lacking.length === 0) return texts;
  const whole = structuredClone(texts);
  for (const [key, { value }] of lacking) {
    const base = key.slice(0, -'_other'.length);
    for (const form of new Intl.PluralRules(language).resolvedOptions().pluralCategories) {
      if (entries.has(`${base}_${form}`) || entries.has(base)) continue;
      let map: LocaleTexts = whole;
      const path = base.split('.');
      for (const name of path.slice(0, -1)) {
        const inner: LocaleTexts[string] | undefined = map[name];
        if (typeof inner === 'object' && !Array.isArray(inner)) map = inner;
      }
      map[`${path.at(-1)}_${form}`] = value;
    }
  }
  return whole;
}

const FORMATTER: FormatterModule = {
  type: 'formatter',
  init() {},
  add() {},
  addCached() {},
  format: (value: unknown, format, language, options) => {
    const given: unknown = options?.[HABITS];
    return formatted(value, format, habitsOf(isHabits(given) ? given : undefined, language));
  },
};

function isHabits(given: unknown): given is Habits {
  return typeof given === 'object' && given !== null && 'locale' in given && 'timeZone' in given;
}

/** Not a name that a dialog's variable can have: i18next hands values and options over in one map. */
const HABITS = ' habits';

/** The customer's own, where the text is in their language; else those of its language. */
function habitsOf(given: Habits | undefined, language = 'en'): Habits {
  const { locale, timeZone } = given ?? { locale: language, timeZone: 'UTC' };
  return { locale: locale.split('-')[0] === language.split('-')[0] ? locale : language, timeZone };
}

/** The texts that name no value, no other text and have no plural forms. */
function plainTexts({ entries }: LocaleFile): Map<string, string> {
  const plain = new Map<string, string>();
  for (const [key, { value }] of entries) {
    const varies = typeof value !== 'string' || /\{\{|\$t\(/.test(value) || entries.has(`${key}_other`);
    if (!varies) plain.set(key, value.trim());
  }
  return plain;
}

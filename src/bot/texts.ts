import i18next, { type i18n } from 'i18next';
import type { Json } from '../bot-turn.ts';
import { languageChain } from '../languages.ts';
import type { LocaleFile, LocaleFiles } from './locale-file.ts';

/** A text that a language lacks. The next language of the chain stood in, or nothing did. */
export interface MissingText {
  language: string;
  /** The locale file's name: a dialog's id, or `system`. */
  file: string;
  key: string;
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
  readonly #plain: Map<string, Map<string, Map<string, string>>>;
  readonly #chains = new Map<string, readonly string[]>();

  /** `defaultLanguage` ends every chain; it should be one of the languages read. */
  constructor(
    locales: Pick<LocaleFiles, 'languages' | 'files'>,
    defaultLanguage: string,
    onMissing: (missing: MissingText) => void = () => {},
  ) {
    this.languages = locales.languages;
    this.defaultLanguage = defaultLanguage;
    this.#files = locales.files;
    this.#onMissing = onMissing;
    this.#plain = new Map(
      [...locales.files].map(([language, files]) => [
        language,
        new Map([...files].map(([name, file]) => [name, plainTexts(file)])),
      ]),
    );
    this.#i18n = i18next.createInstance();
    const resources = Object.fromEntries(
      [...locales.files].map(([language, files]) => [
        language,
        Object.fromEntries([...files].map(([name, file]) => [name, file.texts])),
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
      interpolation: { escapeValue: false },
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
    return this.#plain.get(this.language(locale))?.get(file)?.get(key);
  }

  /** The text under `key` of the locale file `file`, with `{{name}}` filled from `values`; '' when no language has it. */
  text(locale: string, file: string, key: string, values: Values = {}): string {
    const chain = this.chain(locale);
    const options = {
      lng: chain[0],
      lngs: [...chain],
      ns: file,
      replace: values,
      returnDetails: true,
    } as const;
    const counted = 'count' in values ? { ...options, count: Number(values.count) || 0 } : options;
    const { res, usedLng, exactUsedKey } = this.#i18n.t(key, counted);
    const found = typeof res === 'string' ? res.trim() : '';
    if (usedLng !== chain[0] || (found === '' && !this.#has(usedLng, file, exactUsedKey))) {
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

  #has(language: string, file: string, key: string): boolean {
    return typeof this.#files.get(language)?.get(file)?.entries.get(key)?.value === 'string';
  }
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

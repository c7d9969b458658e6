import { SYSTEM } from './system-texts.ts';
import type { Texts } from './texts.ts';

export const LONE_SURROGATE = /\p{Cs}/gu;

/** A text as it is compared: width, case, accents, punctuation and pictographs beside words do not count. `¡Sí, por favor! 👍` → `si por favor` */
export function normalised(text: string): string {
  const plain = text
    .replace(LONE_SURROGATE, '')
    .normalize('NFKD')
    // Accents of Latin letters; marks of other scripts, such as the vowels of Hindi, carry the meaning.
    .replace(/[\u0300-\u036f\u20e3\ufe0e\ufe0f\u{1f3fb}-\u{1f3ff}]/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/\p{Cf}/gu, '');
  const words = plain.replace(/[\p{P}\p{Sm}\p{Sc}\p{Sk}\p{Z}\p{Cc}\p{Extended_Pictographic}]+/gu, ' ').trim();
  return words === '' ? plain.trim() : words;
}

/** Nothing that is matched as a whole is longer, and customers may send pages. */
const LONGEST_MATCHED = 120;

/**
 * Words of several languages that mean something. A word is looked up in the customer's language first; then in all
 * others, where it counts when it means one thing only: a Spanish "persona" is understood in an English conversation.
 */
export class Vocabulary<Meaning> {
  readonly #texts: Texts;
  readonly #meanings = new Map<string, Map<string, Meaning>>();
  readonly #fillers = new Map<string, string[]>();

  constructor(texts: Texts) {
    this.#texts = texts;
    for (const language of texts.languages) {
      this.#meanings.set(language, new Map());
      const fillers = texts.words(language, SYSTEM, 'words.fillers').map(normalised);
      // Longest first: "i would like to" before "i".
      this.#fillers.set(
        language,
        fillers.sort((a, b) => b.length - a.length),
      );
    }
  }

  add(language: string, words: readonly string[], meaning: Meaning): void {
    for (const word of words) this.#meanings.get(language)?.set(normalised(word), meaning);
  }

  /** What the whole text means, once greetings and pleases are off its ends. */
  find(text: string, locale: string): Meaning | undefined {
    if (text.length > LONGEST_MATCHED) return undefined;
    const own = this.#texts.language(locale);
    const word = normalised(text);
    const found = this.#findIn(own, word);
    if (found !== undefined) return found;
    let elsewhere: Meaning | undefined;
    for (const language of this.#texts.languages) {
      const meaning = language === own ? undefined : this.#findIn(language, word);
      if (meaning === undefined) continue;
      if (elsewhere !== undefined && elsewhere !== meaning) return undefined;
      elsewhere = meaning;
    }
    return elsewhere;
  }

  #findIn(language: string, word: string): Meaning | undefined {
    const meanings = this.#meanings.get(language);
    if (!meanings || meanings.size === 0) return undefined;
    let rest = word;
    for (;;) {
      const found = meanings.get(rest);
      if (found !== undefined) return found;
      const shorter = withoutFiller(rest, this.#fillers.get(language) ?? []);
      if (shorter === undefined) return undefined;
      rest = shorter;
    }
  }
}

/** `text` less one filler at its start or end; undefined when there is none or nothing would be left. */
function withoutFiller(text: string, fillers: readonly string[]): string | undefined {
  for (const filler of fillers) {
    if (text.length <= filler.length) continue;
    if (text.startsWith(filler) && isBoundary(text, filler.length)) return text.slice(filler.length).trim();
    const start = text.length - filler.length;
    if (text.endsWith(filler) && isBoundary(text, start)) return text.slice(0, start).trim();
  }
  return undefined;
}

/** Whether a word may begin or end at `index`: at a space, or anywhere beside a character of Chinese or Japanese. */
export function isBoundary(text: string, index: number): boolean {
  const before = text[index - 1];
  const after = text[index];
  if (before === undefined || after === undefined) return true;
  return before === ' ' || after === ' ' || UNSPACED.test(before) || UNSPACED.test(after);
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

export type Command = 'person' | 'restart' | 'help' | 'language' | { language: string };

/** What a customer can say at any time. */
export class Commands {
  readonly #vocabulary: Vocabulary<Command>;

  constructor(texts: Texts) {
    this.#vocabulary = new Vocabulary(texts);
    const generic = texts.languages.flatMap((language) => texts.words(language, SYSTEM, 'words.language'));
    for (const language of texts.languages) {
      const words = (key: string) => texts.words(language, SYSTEM, `words.${key}`);
      for (const command of ['person', 'restart', 'help', 'language'] as const) {
        this.#vocabulary.add(language, words(command), command);
      }
      const choice = { language };
      const names = [...words('this_language'), texts.text(language, SYSTEM, 'language_name')];
      // An English speaker asks for Spanish by its English name or its own, alone or as "idioma español": all of these
      // hold in every language.
      const named = names.flatMap((name) => [name, ...generic.map((word) => `${word} ${name}`)]);
      for (const any of texts.languages) this.#vocabulary.add(any, named, choice);
    }
  }

  find(text: string, locale: string): Command | undefined {
    return this.#vocabulary.find(text, locale);
  }
}

/** Words that start a dialog: `triggers: [{ keywords: … }]`. */
export class Keywords {
  readonly #vocabulary: Vocabulary<string>;

  constructor(texts: Texts, dialogs: Iterable<{ id: string; keywords: readonly string[] }>) {
    this.#vocabulary = new Vocabulary(texts);
    for (const { id, keywords } of dialogs) {
      for (const language of texts.languages) {
        for (const key of keywords) this.#vocabulary.add(language, texts.words(language, id, key), id);
      }
    }
  }

  /** The id of the dialog. */
  find(text: string, locale: string): string | undefined {
    return this.#vocabulary.find(text, locale);
  }
}

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

/** Longer texts tell of something, and a word for a person in them is rarely a wish for one. */
const MOST_WORDS = 8;
const MOST_UNSPACED = 12;

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
      this.#fillers.set(language, fillersOf(texts, language));
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

function fillersOf(texts: Texts, language: string): string[] {
  return longestFirst(texts.words(language, SYSTEM, 'words.fillers'));
}

/** Normalised: "i would like to" before "i". */
export function longestFirst(words: readonly string[]): string[] {
  return words.map(normalised).sort((a, b) => b.length - a.length);
}

function withoutFillers(text: string, fillers: readonly string[]): string {
  let rest = text;
  for (;;) {
    const shorter = withoutFiller(rest, fillers);
    if (shorter === undefined) return rest;
    rest = shorter;
  }
}

/** `text` less one filler at its start or end; undefined when there is none or nothing would be left. */
function withoutFiller(text: string, fillers: readonly string[]): string | undefined {
  for (const filler of fillers) {
    const shorter = withoutStart(text, [filler]) ?? withoutEnd(text, [filler]);
    if (shorter !== undefined) return shorter;
  }
  return undefined;
}

/** `text` less the first of these words that it begins with, all normalised; undefined as above. */
export function withoutStart(text: string, words: readonly string[]): string | undefined {
  const found = words.find(
    (word) => text.length > word.length && text.startsWith(word) && isBoundary(text, word.length),
  );
  return found === undefined ? undefined : text.slice(found.length).trim();
}

/** The same at its end. */
export function withoutEnd(text: string, words: readonly string[]): string | undefined {
  const found = words.find(
    (word) => text.length > word.length && text.endsWith(word) && isBoundary(text, text.length - word.length),
  );
  return found === undefined ? undefined : text.slice(0, text.length - found.length).trim();
}

/** Whether a word may begin or end at `index`: at a space, or anywhere beside a character of Chinese or Japanese. */
function isBoundary(text: string, index: number): boolean {
  const before = text[index - 1];
  const after = text[index];
  if (before === undefined || after === undefined) return true;
  return before === ' ' || after === ' ' || UNSPACED.test(before) || UNSPACED.test(after);
}

/** Whether a word stands in a text, both normalised, and is not part of another word. No word at all stands nowhere. */
export function stands(word: string, text: string): boolean {
  return placeOfWord(word, text) >= 0;
}

/** Where it first does; -1 where it does not. */
export function placeOfWord(word: string, text: string): number {
  if (word === '') return -1;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (isBoundary(text, at) && isBoundary(text, at + word.length)) return at;
  }
  return -1;
}

/** Characters of scripts without spaces are counted, and the words between spaces. */
export function isShort(text: string): boolean {
  const unspaced = [...text].filter((character) => UNSPACED.test(character)).length;
  return unspaced <= MOST_UNSPACED && text.split(' ').length <= MOST_WORDS;
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** Also the lists of words, of `system.json`, that mean them. */
export const COMMANDS = ['person', 'restart', 'cancel', 'back', 'help', 'language'] as const;

export type Command = (typeof COMMANDS)[number] | { language: string };

/**
 * Wishes for a person in the customer's own words: "could you get me a human please". In all languages at once, since
 * who is not understood may change to another.
 */
class PersonWishes {
  readonly #languages: { strong: string[]; fillers: string[] }[];
  readonly #negations: string[];

  constructor(texts: Texts) {
    const words = (language: string, key: string) =>
      texts.words(language, SYSTEM, `words.${key}`).map(normalised);
    this.#languages = texts.languages.map((language) => ({
      strong: words(language, 'person_within'),
      fillers: fillersOf(texts, language),
    }));
    this.#negations = texts.languages.flatMap((language) => words(language, 'negations'));
  }

  /** Whether a short text, without fillers at its ends, has a strong word and no negation. */
  find(text: string): boolean {
    if (text.length > LONGEST_MATCHED) return false;
    const whole = normalised(text);
    if (this.#negations.some((word) => stands(word, whole))) return false;
    return this.#languages.some(
      ({ strong, fillers }) =>
        strong.some((word) => stands(word, whole)) && isShort(withoutFillers(whole, fillers)),
    );
  }
}

/** What a customer can say at any time. */
export class Commands {
  readonly #vocabulary: Vocabulary<Command>;
  readonly #personWishes: PersonWishes;

  constructor(texts: Texts) {
    this.#vocabulary = new Vocabulary(texts);
    this.#personWishes = new PersonWishes(texts);
    const generic = texts.languages.flatMap((language) => texts.words(language, SYSTEM, 'words.language'));
    for (const language of texts.languages) {
      const words = (key: string) => texts.words(language, SYSTEM, `words.${key}`);
      for (const command of COMMANDS) {
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

  /** What the whole text means. */
  find(text: string, locale: string): Command | undefined {
    return this.#vocabulary.find(text, locale);
  }

  /** Whether a word within the text calls for a person. Less sure than `find`, so what matches as a whole goes first. */
  wishesPerson(text: string): boolean {
    return this.#personWishes.find(text);
  }
}

import type { Texts, Values } from './texts.ts';
import { Vocabulary } from './words.ts';

/** A dialog that a text calls for, with what it is given of the text. */
export interface Called {
  dialog: string;
  vars: Values;
}

/** How a text begins a dialog. */
export interface TextTriggers {
  id: string;
  /** Text keys of lists of words. */
  keywords: readonly string[];
  patterns: readonly RegExp[];
}

/** A pattern is looked for in no more of a text. Characters. */
const LONGEST_MATCHED = 320;

/** What begins dialogs of the words of a customer: keywords, then patterns in the order of the dialogs' files. */
export class Triggers {
  readonly #vocabulary: Vocabulary<string>;
  readonly #patterns: { dialog: string; pattern: RegExp }[];

  constructor(texts: Texts, dialogs: Iterable<TextTriggers>) {
    this.#vocabulary = new Vocabulary(texts);
    this.#patterns = [];
    for (const { id, keywords, patterns } of dialogs) {
      this.#patterns.push(...patterns.map((pattern) => ({ dialog: id, pattern })));
      for (const language of texts.languages) {
        for (const key of keywords) this.#vocabulary.add(language, texts.words(language, id, key), id);
      }
    }
  }

  /** The id of the dialog that the whole text is a keyword of. */
  keyword(text: string, locale: string): string | undefined {
    return this.#vocabulary.find(text, locale);
  }

  find(text: string, locale: string): Called | undefined {
    const named = this.keyword(text, locale);
    if (named !== undefined) return { dialog: named, vars: {} };
    if (this.#patterns.length === 0) return undefined;
    const plain = text.slice(0, LONGEST_MATCHED).normalize('NFKC').trim();
    for (const { dialog, pattern } of this.#patterns) {
      const found = pattern.exec(plain);
      if (found) return { dialog, vars: { ...found.groups } };
    }
    return undefined;
  }
}

import type { Scripts } from '../bot/load.ts';
import { PLURAL_FORMS } from '../bot/plurals.ts';
import { SYSTEM } from '../bot/system-texts.ts';
import type { Texts } from '../bot/texts.ts';

/** Finds the keys of texts by what they came to, whatever their values were. */
export interface TextFinder {
  /**
   * The keys of all texts of a message, as `main/welcome`; undefined when one of them is none of the dialogs'. Where
   * several dialogs say the same, that of the text before is meant, which `near` is for the first one.
   */
  keysIn(message: string, near?: string): string[] | undefined;
}

interface Pattern {
  place: string;
  whole: RegExp;
  /** Characters that are the text's own: of several that fit, the one with most is meant. */
  own: number;
}

const FORMS = ['', ...PLURAL_FORMS.map((form) => `_${form}`)];
const PLACEHOLDER = /\{\{[^{}]*\}\}/;

/** The lines of a choice's options. */
const OPTIONS = /(?:\n\d+\. [^\n]*)+$/;

/** The texts of one language (BCP 47). */
export function createTextFinder(scripts: Scripts, texts: Texts, language: string): TextFinder {
  const patterns = [...scripts.dialogs.keys(), SYSTEM]
    .flatMap((file) => [...texts.keys(file)].flatMap((key) => patternsOf(texts, language, file, key)))
    .sort((a, b) => b.own - a.own);

  const find = (text: string, near: string | undefined) => {
    const fitting = patterns.filter(({ whole }) => whole.test(text));
    const most = fitting.filter(({ own }) => own === fitting[0]?.own);
    const of = (dialog: string | undefined) => most.find(({ place }) => place.split('/')[0] === dialog);
    return (of(near) ?? of(scripts.start) ?? most[0])?.place;
  };

  return {
    keysIn(message, before) {
      const blocks = message.split('\n\n');
      const keys: string[] = [];
      for (let at = 0; at < blocks.length; ) {
        // A text may hold blank lines itself, so the longest that is one counts.
        let to = blocks.length;
        let key: string | undefined;
        const near = keys.at(-1)?.split('/')[0] ?? before;
        for (; to > at && key === undefined; to -= 1) {
          const text = blocks.slice(at, to).join('\n\n');
          key = find(text, near) ?? find(text.replace(OPTIONS, ''), near);
        }
        if (key === undefined) return undefined;
        keys.push(key);
        at = to + 1;
      }
      return keys;
    },
  };
}

function patternsOf(texts: Texts, language: string, file: string, key: string): Pattern[] {
  const written = FORMS.flatMap((form) => {
    const several = texts.words(language, file, key + form);
    return several.length > 0 ? several : [texts.written(language, file, key + form)];
  });
  return written.flatMap((text) => {
    const parts = text.trim().split(PLACEHOLDER);
    if (text.trim() === '') return [];
    const source = parts.map((part) => part.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')).join('.*?');
    return [{ place: `${file}/${key}`, whole: new RegExp(`^${source}$`, 's'), own: parts.join('').length }];
  });
}

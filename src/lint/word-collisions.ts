import { spokenWords, type WordList, wordsUnder } from '../bot/check-words.ts';
import type { CheckedSet } from '../bot/checked-set.ts';
import type { LocaleFile } from '../bot/locale-file.ts';
import type { Problem } from '../bot/problems.ts';
import { SYSTEM } from '../bot/system-texts.ts';
import { normalised } from '../bot/words.ts';

interface Meant {
  language: string;
  meaning: string;
  file: LocaleFile;
  key: string;
}

/**
 * Words that mean one thing in one language and another in another. Customers write in other languages than their own, so
 * such a word is not understood from them; and a keyword that is a word like "person" in any language is never taken as one.
 */
export function* wordCollisions({ dialogs, around }: CheckedSet): Generator<Problem> {
  const { languages, files } = around.locales;
  yield* between(languages.map((language) => [language, spokenWords(dialogs, files.get(language))]));
  yield* between(languages.map((language) => [language, answers(files.get(language)?.get(SYSTEM))]));
}

function answers(system: LocaleFile | undefined): WordList[] {
  if (!system) return [];
  return [
    [system, 'words.yes', 'a yes'],
    [system, 'words.no', 'a no'],
  ];
}

function* between(languages: readonly (readonly [string, readonly WordList[]])[]): Generator<Problem> {
  const meanings = new Map<string, Meant[]>();
  for (const [language, lists] of languages) {
    for (const [file, key, said] of lists) {
      const meaning = key === 'words.this_language' ? `the name of ${language}` : said;
      for (const word of wordsUnder(file, key)) {
        const plain = normalised(word);
        const meant = meanings.get(plain) ?? [];
        const other = meant.find((one) => one.language !== language && one.meaning !== meaning);
        if (other) yield collision(word, { language, meaning, file, key }, other);
        meanings.set(plain, [...meant, { language, meaning, file, key }]);
      }
    }
  }
}

/** Told of the keyword, if one of the two is one: that is the word which its writer can change. */
function collision(word: string, one: Meant, other: Meant): Problem {
  const [told, against] =
    one.file.name === SYSTEM && other.file.name !== SYSTEM ? [other, one] : [one, other];
  const reason = `"${word}" is ${told.meaning} in ${told.language}, and ${against.meaning} in ${against.language}`;
  return told.file.at(told.key, reason, 'keep it in one of them, or use a longer word', 'word_collision');
}

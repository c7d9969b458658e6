import { SYSTEM } from './system-texts.ts';
import type { Texts } from './texts.ts';
import { Vocabulary } from './words.ts';

/** What customers say to the service itself, while no bot answers them. */

export type QueueWord = 'where' | 'leave';

/** What a customer who waits in a queue asks; null when the text is for whoever will answer. */
export function queueWord(texts: Texts): (locale: string, text: string) => QueueWord | null {
  const vocabulary = new Vocabulary<QueueWord>(texts);
  for (const language of texts.languages) {
    vocabulary.add(language, texts.words(language, SYSTEM, 'words.where_am_i'), 'where');
    vocabulary.add(language, texts.words(language, SYSTEM, 'words.leave_queue'), 'leave');
  }
  return (locale, text) => vocabulary.find(text, locale) ?? null;
}

import { SYSTEM } from './system-texts.ts';
import type { Texts } from './texts.ts';
import { isShort, normalised, stands, Vocabulary } from './words.ts';

/** What customers say about texts themselves. In all languages at once: who wants no more need not find the right one. */

const LISTS = { help: 'words.help_exact', start: 'words.start', stop: 'words.stop' } as const;

/**
 * What a text says when it says nothing else: `STOP`, `Stop!`, `BAJA`, `退訂`. Only the whole text counts, so that "stop the
 * delivery" is no STOP. `tagged` is what TeleSign takes the text for (its `action`), whose words are more than ours.
 */
export function consentWord(
  texts: Texts,
): (text: string, tagged?: unknown) => 'stop' | 'start' | 'help' | undefined {
  const words = new Map<string, 'stop' | 'start' | 'help'>();
  // Stop comes last: a word that one language has for it is never another’s for anything else.
  for (const word of ['help', 'start', 'stop'] as const) {
    for (const language of texts.languages) {
      for (const written of texts.words(language, SYSTEM, LISTS[word])) words.set(normalised(written), word);
    }
  }
  const longest = Math.max(0, ...[...words.keys()].map((word) => word.length));
  return (text, tagged) => {
    // Twice as long for dots between, or an exclamation mark or ten.
    const own = text.length > 2 * longest + 10 ? undefined : words.get(normalised(text));
    if (own === 'stop') return own;
    return tagged === 'stop' || tagged === 'start' || tagged === 'help' ? tagged : own;
  };
}

/** What may stand beside STOP: an order, a code, what the customer was told to write. */
const DIGITS = /\d+/g;

/**
 * Whether a text that is no STOP may mean it: "please stop", "STOP 12345", "stop texting me". The customer is asked to
 * write the word, since "stop the delivery" is about something else.
 */
export function stopWish(texts: Texts): (text: string) => boolean {
  const vocabulary = new Vocabulary<'stop'>(texts);
  const phrases: string[] = [];
  for (const language of texts.languages) {
    vocabulary.add(language, texts.words(language, SYSTEM, 'words.stop'), 'stop');
    phrases.push(...texts.words(language, SYSTEM, 'words.stop_within').map(normalised));
  }
  return (text) => {
    if (text.length > LONGEST) return false;
    const whole = normalised(text);
    if (phrases.some((phrase) => stands(phrase, whole)) && isShort(whole)) return true;
    return vocabulary.find(whole.replace(DIGITS, ' '), texts.defaultLanguage) !== undefined;
  };
}

/** Characters. Whoever writes more has more to say. */
const LONGEST = 120;

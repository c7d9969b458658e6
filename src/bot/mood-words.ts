import { SYSTEM } from './system-texts.ts';
import type { Texts } from './texts.ts';
import { normalised, placeOfWord, stands } from './words.ts';

/** The lists of `system.json`, and what a word of theirs counts. */
const LISTS = { very_bad: -2, bad: -1, good: 1, very_good: 2 } as const;

/** As far as a mood goes, in both directions: an angry text of a page is not angrier than an angry line. */
const MOST = 2;

interface MoodWord {
  word: string;
  mood: number;
}

interface Language {
  /** Longest first: "very happy" before "happy". */
  words: MoodWord[];
  emoji: MoodWord[];
  negations: string[];
}

/**
 * What a text says of its writer's mood, -2 to 2: the sum of its words, in the language of `locale`. A negation before a
 * word, at most one other word between the two, turns it around: "not happy", "not very happy".
 */
export function moodOf(texts: Texts): (locale: string, text: string) => number {
  const languages = new Map(texts.languages.map((language) => [language, languageOf(texts, language)]));
  return (locale, text) => {
    const language = languages.get(texts.language(locale));
    if (language === undefined) return 0;
    const sum = ofWords(language, normalised(text)) + ofEmoji(language, text);
    return Math.max(-MOST, Math.min(MOST, sum));
  };
}

function languageOf(texts: Texts, language: string): Language {
  const words: MoodWord[] = [];
  const emoji: MoodWord[] = [];
  for (const [list, mood] of Object.entries(LISTS)) {
    for (const written of texts.words(language, SYSTEM, `words.mood.${list}`)) {
      const isEmoji = /^\p{Extended_Pictographic}/u.test(written);
      (isEmoji ? emoji : words).push({ word: isEmoji ? written : normalised(written), mood });
    }
  }
  words.sort((a, b) => b.word.length - a.word.length);
  return { words, emoji, negations: texts.words(language, SYSTEM, 'words.mood.not').map(normalised) };
}

/** Counted once each, however often it is there. */
function ofEmoji({ emoji }: Language, text: string): number {
  return emoji.reduce((sum, { word, mood }) => (text.includes(word) ? sum + mood : sum), 0);
}

/** `text` is normalised. */
function ofWords({ words, negations }: Language, text: string): number {
  let rest = text;
  let sum = 0;
  for (const { word, mood } of words) {
    const first = placeOfWord(word, rest);
    if (first >= 0) sum += isNegated(rest.slice(0, first).trimEnd(), negations) ? -Math.sign(mood) : mood;
    // What was counted is not counted again, in another place or as a part of it.
    for (let at = first; at >= 0; at = placeOfWord(word, rest)) {
      rest = `${rest.slice(0, at)} ${COUNTED} ${rest.slice(at + word.length)}`;
    }
  }
  return sum;
}

/** Stands in no normalised text. */
const COUNTED = '.';

function isNegated(before: string, negations: readonly string[]): boolean {
  const beforeLast = before.slice(0, Math.max(0, before.lastIndexOf(' ')));
  return negations.some((negation) => endsWith(before, negation) || endsWith(beforeLast, negation));
}

function endsWith(text: string, word: string): boolean {
  return text.endsWith(word) && stands(word, text.slice(-word.length - 1));
}

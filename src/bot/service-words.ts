import { SYSTEM } from './system-texts.ts';
import type { Texts } from './texts.ts';
import { normalised, Vocabulary } from './words.ts';

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

const SCORES = [1, 2, 3, 4, 5];

/** Without its punctuation `4.5` would be `4/5`. */
const FRACTION = /\d[.,]\d/;

/** What comes between a score and a remark on it. */
const SCORE_AND_REMARK = /^(?<score>.{1,20}?)\s*(?:[-–—:;,.!~…，。、：；！]+|\n)\s*(?<remark>.+)$/su;

/** A longer remark has something in it that somebody should answer, and so does a question. Characters, words. */
const LONGEST_REMARK = 80;
const MOST_WORDS = 8;

/**
 * The score that a text gives, 1 to 5: `5`, `5!`, `five`, `5/5`, `4 stars`, `⭐⭐⭐⭐`, also with a short remark: `5 - great`.
 * Null for all else: that a score is lost is better than that a customer's question is.
 */
export function surveyScore(texts: Texts): (locale: string, text: string) => number | null {
  const vocabulary = new Vocabulary<number>(texts);
  for (const language of texts.languages) {
    const units = texts.words(language, SYSTEM, 'words.survey_units');
    for (const score of SCORES) {
      const words = [String(score), ...texts.words(language, SYSTEM, `words.numbers.${score}`)];
      // Chinese has no space there.
      const measured = words.flatMap((word) =>
        units.flatMap((unit) => [`${word} ${unit}`, `${word}${unit}`]),
      );
      vocabulary.add(language, [...words, ...measured, `${score}/5`, '⭐'.repeat(score)], score);
    }
  }
  return (locale, text) => {
    if (FRACTION.test(text)) return null;
    const whole = vocabulary.find(text, locale);
    if (whole !== undefined) return whole;
    const { score, remark } = SCORE_AND_REMARK.exec(text.trim())?.groups ?? {};
    if (score === undefined || remark === undefined || !isRemark(remark)) return null;
    return vocabulary.find(score, locale) ?? null;
  };
}

/** Not another number either, as in `5:30` or `1, 2 or 3`. */
function isRemark(text: string): boolean {
  if (/[?？¿]/.test(text) || /^\d/.test(text) || text.length > LONGEST_REMARK) return false;
  return normalised(text).split(' ').length <= MOST_WORDS;
}

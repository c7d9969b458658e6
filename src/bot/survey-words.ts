import { SYSTEM } from './system-texts.ts';
import type { Texts } from './texts.ts';
import { isShort, longestFirst, normalised, Vocabulary, withoutEnd, withoutStart } from './words.ts';

const SCORES = [1, 2, 3, 4, 5];

/** Without its punctuation `4.5` would be `4/5`. */
const FRACTION = /\d[.,]\d/;

const QUESTION = /[?？¿]/;

/** What comes between a score and a remark on it. */
const SCORE_AND_REMARK = /^(?<score>.{1,20}?)\s*(?:[-–—:;,.!~…，。、：；！]+|\n)\s*(?<remark>.+)$/su;

/** A remark in brackets is all that there is. */
const SCORE_AND_BRACKET =
  /^(?<score>.{1,20}?)\s*[([（【](?<remark>[^()[\]（）【】\d]+)[)\]）】][.!。！\s]*$/u;

/** A longer remark has something in it that somebody should answer, and so does a question. Characters. */
const LONGEST_REMARK = 80;

/**
 * The score that a text gives, 1 to 5: `5`, `5!`, `five`, `5/5`, `4 stars`, `⭐⭐⭐⭐`, also with a short remark: `5 - great`,
 * `5 (great)`; and in the words by which people give one: `I give you a 5`, `5 very good`. Null for all else: that a
 * score is lost is better than that a customer's question is.
 */
export function surveyScore(texts: Texts): (locale: string, text: string) => number | null {
  const vocabulary = new Vocabulary<number>(texts);
  const phrases = new Map(texts.languages.map((language) => [language, phrasesOf(texts, language)]));
  for (const language of texts.languages) {
    for (const score of SCORES) {
      const words = [String(score), ...texts.words(language, SYSTEM, `words.numbers.${score}`)];
      const written = [...withUnits(texts, language, words), '⭐'.repeat(score)];
      vocabulary.add(language, written, score);
    }
    vocabulary.add(language, texts.words(language, SYSTEM, 'words.survey_best'), 5);
  }
  return (locale, text) => {
    if (FRACTION.test(text)) return null;
    const trimmed = text.trim();
    const whole = vocabulary.find(trimmed, locale);
    if (whole !== undefined) return whole;
    const found = SCORE_AND_BRACKET.exec(trimmed) ?? SCORE_AND_REMARK.exec(trimmed);
    const { score, remark } = found?.groups ?? {};
    const own = phrases.get(texts.language(locale));
    const known = [...(own ? [own] : []), ...phrases.values()];
    if (score !== undefined && remark !== undefined && isRemark(remark)) {
      const given = vocabulary.find(score, locale) ?? phrased(known, score);
      if (given !== undefined) return given;
    }
    return phrased(known, trimmed) ?? null;
  };
}

/** The words by which people give a score in one language. What they stand beside is nothing but a score. */
interface Phrases {
  scores: Map<string, number>;
  before: string[];
  after: string[];
}

function phrasesOf(texts: Texts, language: string): Phrases {
  const scores = new Map<string, number>();
  for (const score of SCORES) {
    // The first word is the number. The others are places: "a second" is no score, nor is "the first".
    const [number] = texts.words(language, SYSTEM, `words.numbers.${score}`);
    const words = number === undefined ? [String(score)] : [String(score), number];
    for (const written of withUnits(texts, language, words)) scores.set(normalised(written), score);
  }
  const list = (key: string) => longestFirst(texts.words(language, SYSTEM, `words.${key}`));
  return { scores, before: list('survey_fillers'), after: list('survey_remarks') };
}

function withUnits(texts: Texts, language: string, words: readonly string[]): string[] {
  const units = [...texts.words(language, SYSTEM, 'words.survey_units'), '/5'];
  // Chinese has no space there.
  return words.flatMap((word) => [word, ...units.flatMap((unit) => [`${word} ${unit}`, `${word}${unit}`])]);
}

/** The score that is left in the first language that knows all other words. */
function phrased(languages: readonly Phrases[], text: string): number | undefined {
  if (text.length > LONGEST_REMARK || QUESTION.test(text)) return undefined;
  for (const { scores, before, after } of languages) {
    let start: string | undefined = normalised(text);
    for (; start !== undefined; start = withoutStart(start, before)) {
      let rest: string | undefined = start;
      for (; rest !== undefined; rest = withoutEnd(rest, after)) {
        const score = scores.get(rest);
        if (score !== undefined) return score;
      }
    }
  }
  return undefined;
}

/** Not another number either, as in `5:30` or `1, 2 or 3`. */
function isRemark(text: string): boolean {
  if (QUESTION.test(text) || /^\d/.test(text) || text.length > LONGEST_REMARK) return false;
  return isShort(normalised(text));
}

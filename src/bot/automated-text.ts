import { SYSTEM, type SystemTextKey, systemText } from './system-texts.ts';
import type { Texts, Values } from './texts.ts';

type AutomatedKind =
  Extract<SystemTextKey, `automated_${string}`> extends `automated_${infer Kind}` ? Kind : never;

/** What the texts name, before it is written in a language. */
export interface AutomatedFacts {
  agent?: string;
  queue?: string;
  holiday?: string;
  /** 1 = next; null = beyond counting. */
  position?: number | null;
  /** Minutes; null = nobody can say. */
  wait?: number | null;
  /** Null = nobody can say. Milliseconds since 1970. */
  opens?: { at: number; timeZone: string; now: number } | null;
}

/**
 * The text of an automated message: the workstream's own in the best language that it has, else that of the files, unless
 * these have it in a better one: a customer who reads Chinese is not to get one text in English for an administrator's
 * having written English alone.
 * `{{wait}}` is a sentence of its own, and nothing when there is nothing to say, so that a text need not ask.
 */
export function automatedText(texts: Texts) {
  return (
    locale: string,
    kind: AutomatedKind,
    facts: AutomatedFacts,
    own: { [language: string]: string },
  ): string => {
    const key = `automated_${kind}` as const;
    const language = texts
      .chain(locale)
      .find((language) => own[language] !== undefined || texts.has(language, SYSTEM, key));
    const text = language === undefined ? undefined : own[language];
    const values = written(texts, language ?? texts.language(locale), facts);
    const filled = text === undefined ? systemText(texts, locale, key, values) : texts.fill(text, values);
    return filled.replace(/ {2,}/g, ' ');
  };
}

/** Every name that some automated text may have is filled, with nothing where it says nothing. */
function written(texts: Texts, language: string, facts: AutomatedFacts): Values {
  const { position, wait, opens, ...names } = facts;
  return {
    ...names,
    ...(position === undefined ? {} : { position: position ?? MOST_COUNTED }),
    ...(wait === undefined ? {} : { wait: wait === null ? '' : waitSentence(texts, language, wait) }),
    ...(opens === undefined
      ? {}
      : { opens: opens === null ? someTime(texts, language) : openingTime(language, opens, opens.now) }),
  };
}

/** A place in the line that is not counted to its end, in any language. */
const MOST_COUNTED = '1000+';

function waitSentence(texts: Texts, language: string, minutes: number): string {
  const [amount, unit] = minutes > 90 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  const time = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(amount);
  return systemText(texts, language, 'wait_estimate', { time: plainSpaces(time) });
}

function someTime(texts: Texts, language: string): string {
  return systemText(texts, language, 'opens_unknown');
}

/** A weekday says when, until it comes again. */
const WEEK = 6 * 86_400_000;

/** When a queue opens, as a customer reads it `now`: the weekday and the hour; the date too when it is far off. */
export function openingTime(
  language: string,
  { at, timeZone }: { at: number; timeZone: string },
  now: number,
): string {
  const format = new Intl.DateTimeFormat(language, {
    weekday: 'long',
    ...(at - now < WEEK ? {} : { day: 'numeric', month: 'long' }),
    hour: 'numeric',
    minute: '2-digit',
    timeZone,
  });
  return plainSpaces(format.format(at));
}

/** One narrow space, as `Intl` writes before "PM", makes a text twice as long for the carrier. */
function plainSpaces(text: string): string {
  return text.replace(/\p{Zs}/gu, ' ');
}

import type { Json } from '../bot-turn.ts';
import type { AskNode } from './question-node.ts';
import type { Recogniser } from './recognise.ts';
import { emailAddress, phoneNumber } from './recognise-contact.ts';
import { numberIn } from './recognise-number.ts';
import type { ScriptTurn } from './script-turn.ts';
import type { SystemTextKey } from './system-texts.ts';
import { LONE_SURROGATE } from './words.ts';

/** An answer that is kept is no longer than an SMS can be; the transcript has the whole text. Characters. */
const LONGEST_ANSWER = 1600;

/** A pattern is looked for in no more of a text. Characters. */
const LONGEST_SEARCHED = 300;

/** What a text says in answer to a question, as its variable would hold it, the likeliest first; empty when nothing. */
export async function valuesIn(
  node: AskNode,
  text: string,
  turn: ScriptTurn,
  recogniser: Recogniser,
): Promise<Json[]> {
  const { locale } = turn;
  const language = turn.texts.language(locale);
  switch (node.type) {
    case 'text':
      return one(node.pattern ? matched(node.pattern, text) : kept(text));
    case 'number':
      return one(await numberIn(text, locale, language));
    case 'integer': {
      const value = await numberIn(text, locale, language);
      return Number.isSafeInteger(value) ? one(value) : [];
    }
    case 'date':
      return recogniser.dates.dates(text, locale, language, turn.clock);
    case 'time':
      return recogniser.dates.times(text, language, turn.clock);
    case 'phone':
      return one(
        recogniser.ownNumber(text, locale)
          ? `+${turn.input.conversation.customer}`
          : await phoneNumber(text, turn.input.conversation.customer),
      );
    case 'email':
      return one(emailAddress(text));
    case 'money':
      return one(await recogniser.amounts.money(text, locale, language, node.currency));
    case 'yesno':
      return one(recogniser.yesNo(text, locale));
  }
}

function one(value: Json | undefined): Json[] {
  return value === undefined ? [] : [value];
}

/** What is said before a question that was not answered is asked again. */
export function notAnswered({ type, pattern }: AskNode): SystemTextKey {
  if (type === 'text') return pattern ? 'invalid_pattern' : 'invalid_text';
  return type === 'yesno' ? 'invalid_confirm' : `invalid_${type}`;
}

/** In capitals, as numbers of orders and the like are written. */
function matched(pattern: RegExp, text: string): string | undefined {
  const plain = text.slice(0, LONGEST_SEARCHED).replace(LONE_SURROGATE, '').normalize('NFKC');
  const found = pattern.exec(plain)?.[0].trim().toUpperCase();
  return found === '' ? undefined : found;
}

/** A text answer without control characters and broken surrogates, which later readers may choke on. */
function kept(text: string): string | undefined {
  const clean = text
    .replace(LONE_SURROGATE, '')
    .replace(/[^\P{Cc}\n]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  const short = clean.length <= LONGEST_ANSWER ? clean : [...clean.slice(0, LONGEST_ANSWER)].join('');
  return short === '' ? undefined : short.replace(LONE_SURROGATE, '');
}

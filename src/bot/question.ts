import type { Json } from '../bot-turn.ts';
import type { Frame } from './bot-state.ts';
import type { Next, Node, Question } from './flow.ts';
import type { Choosable, Recogniser } from './recognise.ts';
import type { ScriptTurn } from './script-turn.ts';
import type { SystemTextKey } from './system-texts.ts';
import { LONE_SURROGATE } from './words.ts';

/** What an answer means for a dialog. `value` is for the question's variable. */
export interface Answer {
  value: Json;
  next: Next;
}

/** An answer that is kept is no longer than an SMS can be; the transcript has the whole text. Characters. */
const LONGEST_ANSWER = 1600;

export function isQuestion(node: Node): node is Question {
  return node.kind === 'ask' || node.kind === 'choice' || node.kind === 'confirm';
}

/** The question as it is sent; a choice with its options numbered from 1. */
export function questionText(node: Question, dialog: string, frame: Frame, turn: ScriptTurn): string {
  const question = turn.text(dialog, node.key, frame);
  if (node.kind !== 'choice') return question;
  const options = optionsOf(node, dialog, frame, turn).map(({ label }, n) => `${n + 1}. ${label}`);
  return [question, ...options].join('\n');
}

/** Undefined when the text is no answer to the question. */
export async function answerTo(
  node: Question,
  text: string,
  dialog: string,
  frame: Frame,
  turn: ScriptTurn,
  recogniser: Recogniser,
): Promise<Answer | undefined> {
  switch (node.kind) {
    case 'ask': {
      const value = node.type === 'number' ? await recogniser.number(text, turn.locale) : kept(text);
      return value === undefined ? undefined : { value, next: node.next };
    }
    case 'choice':
      return recogniser.choice(text, optionsOf(node, dialog, frame, turn), turn.locale);
    case 'confirm': {
      const value = recogniser.yesNo(text, turn.locale);
      return value === undefined ? undefined : { value, next: value ? node.yes : node.no };
    }
  }
}

/** Whether the text names an option of this choice outright, which then goes before words such as "person" or "menu". */
export function namesOption(
  node: Node,
  text: string,
  dialog: string,
  frame: Frame,
  turn: ScriptTurn,
  recogniser: Recogniser,
): boolean {
  if (node.kind !== 'choice') return false;
  return recogniser.exactChoice(text, optionsOf(node, dialog, frame, turn)) !== undefined;
}

/** What is said before a question that was answered wrongly is asked again. */
export function notUnderstood(node: Question): SystemTextKey {
  if (node.kind === 'ask') return node.type === 'number' ? 'invalid_number' : 'invalid_text';
  return node.kind === 'choice' ? 'invalid_choice' : 'invalid_confirm';
}

function optionsOf(
  node: Extract<Question, { kind: 'choice' }>,
  dialog: string,
  frame: Frame,
  turn: ScriptTurn,
): (Choosable & Answer)[] {
  const language = turn.texts.language(turn.locale);
  return node.options.map((option) => ({
    value: option.value,
    label: turn.text(dialog, option.label, frame),
    words: option.words === undefined ? [] : turn.texts.words(language, dialog, option.words),
    next: option.next,
  }));
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

import type { Json } from '../bot-turn.ts';
import { notAnswered, valuesIn } from './ask-answer.ts';
import type { Frame } from './bot-state.ts';
import type { Next, Node } from './flow.ts';
import { pagesOf, pageText } from './menu.ts';
import type { AskNode, Check, ChoiceNode, Question } from './question-node.ts';
import type { Choosable, Recogniser } from './recognise.ts';
import { numberIn, ordinalIn } from './recognise-number.ts';
import type { ScriptTurn } from './script-turn.ts';
import { systemText } from './system-texts.ts';

/** Where a question is asked: what its texts and answers are read with. */
export interface Asked {
  dialog: string;
  frame: Frame;
  turn: ScriptTurn;
  recogniser: Recogniser;
}

/** What a text means for the question that is in front. */
export type Heard =
  /** `value` is for the question's variable. */
  | { kind: 'answer'; value: Json; next: Next }
  /** A good answer, that the customer is to be asked about. */
  | { kind: 'unsure'; value: Json }
  /** The customer has been asked whether the answer was understood, and says no. */
  | { kind: 'taken_back' }
  /** The customer wants to see another page of the menu. */
  | { kind: 'turned_over'; page: number }
  /** No answer, or one that must not be. `because` is said before the question is asked again. */
  | { kind: 'miss'; because: string };

/** The question as it is sent: a choice with its options numbered from 1; an answer that is to be confirmed. */
export function questionText(node: Question, asked: Asked): string {
  const { dialog, frame, turn } = asked;
  if (node.kind === 'ask' && node.confirm !== undefined && frame.confirming !== undefined) {
    return turn.text(dialog, node.confirm, frame, { value: frame.confirming });
  }
  const question = turn.text(dialog, node.key, frame);
  if (node.kind !== 'choice') return question;
  const { labels, pages, more } = menuOf(question, optionsOf(node, asked), turn);
  const page = pages[frame.page ?? 0] ?? pages[0];
  return page ? pageText(question, labels, page, pages.length > 1 ? more : undefined) : question;
}

export async function heard(node: Question, text: string, asked: Asked): Promise<Heard> {
  const { turn, recogniser } = asked;
  const { locale } = turn;
  switch (node.kind) {
    case 'ask':
      // A conversation that was moved here may have been asked about its answer to a step that is gone.
      return asked.frame.confirming === undefined || node.confirm === undefined
        ? heardAnswer(node, text, asked)
        : heardConfirmation(node, text, asked, asked.frame.confirming);
    case 'choice': {
      const options = optionsOf(node, asked);
      const option = recogniser.choice(text, options, locale);
      if (option) return { kind: 'answer', ...option };
      if (recogniser.more(text, locale)) {
        const { pages } = menuOf(turn.text(asked.dialog, node.key, asked.frame), options, turn);
        const page = ((asked.frame.page ?? 0) + 1) % pages.length;
        if (pages.length > 1) return { kind: 'turned_over', page };
      }
      const spoken = options.length > 9 ? options[(await spokenPlace(text, turn)) - 1] : undefined;
      return spoken ? { kind: 'answer', ...spoken } : miss(turn, 'invalid_choice');
    }
    case 'confirm': {
      const value = recogniser.yesNo(text, locale);
      if (value === undefined) return miss(turn, 'invalid_confirm');
      return { kind: 'answer', value, next: value ? node.yes : node.no };
    }
  }
}

async function heardAnswer(node: AskNode & { next: Next }, text: string, asked: Asked): Promise<Heard> {
  const { dialog, frame, turn, recogniser } = asked;
  const values = await valuesIn(node, text, turn, recogniser);
  const [first] = values;
  if (first === undefined) return miss(turn, notAnswered(node));
  // "Friday" is the last one where the next must not be.
  const value = values.find((one) => brokenBy(one, node.checks, asked) === undefined);
  if (value !== undefined) {
    return node.confirm === undefined
      ? { kind: 'answer', value, next: node.next }
      : { kind: 'unsure', value };
  }
  const broken = brokenBy(first, node.checks, asked);
  return { kind: 'miss', because: broken ? turn.text(dialog, broken.say, frame, { value: first }) : '' };
}

/** A better answer counts instead of a no; but any words would be one to a question for a text. */
async function heardConfirmation(
  node: AskNode & { next: Next },
  text: string,
  asked: Asked,
  value: Json,
): Promise<Heard> {
  const isRight = asked.recogniser.yesNo(text, asked.turn.locale);
  if (isRight === true) return { kind: 'answer', value, next: node.next };
  if (isRight === false) return { kind: 'taken_back' };
  const better = node.type === 'text' && !node.pattern ? undefined : await heardAnswer(node, text, asked);
  return better?.kind === 'unsure' ? better : miss(asked.turn, 'invalid_confirm');
}

/** The first check that an answer does not meet. A condition without a value is not met. */
function brokenBy(value: Json, checks: readonly Check[], { frame, turn }: Asked): Check | undefined {
  if (checks.length === 0) return undefined;
  const scope = turn.scope(frame);
  const withValue = { ...scope, vars: { ...scope.vars, value } };
  return checks.find(({ condition }) => condition.evaluate(withValue) !== true);
}

function miss(turn: ScriptTurn, key: Parameters<typeof systemText>[2]): Heard {
  return { kind: 'miss', because: systemText(turn.texts, turn.locale, key) };
}

/** Whether the text names an option of this choice outright, which then goes before words such as "person" or "menu". */
export function namesOption(node: Node, text: string, asked: Asked): boolean {
  if (node.kind !== 'choice') return false;
  return asked.recogniser.exactChoice(text, optionsOf(node, asked)) !== undefined;
}

function menuOf(question: string, options: readonly { label: string }[], turn: ScriptTurn) {
  const labels = options.map(({ label }) => label);
  const more = systemText(turn.texts, turn.locale, 'choice_more');
  return { labels, more, pages: pagesOf(question, labels, more) };
}

/** `the twelfth one`, `number twelve`; 0 for none. Locale files have words for the first nine. */
async function spokenPlace(text: string, turn: ScriptTurn): Promise<number> {
  const language = turn.texts.language(turn.locale);
  return (await ordinalIn(text, language)) ?? (await numberIn(text, turn.locale, language)) ?? 0;
}

function optionsOf(
  node: ChoiceNode,
  { dialog, frame, turn }: Asked,
): (Choosable & { value: string; next: Next })[] {
  const language = turn.texts.language(turn.locale);
  return node.options.map((option) => ({
    value: option.value,
    label: turn.text(dialog, option.label, frame),
    words: option.words === undefined ? [] : turn.texts.words(language, dialog, option.words),
    next: option.next,
  }));
}

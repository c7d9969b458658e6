import type { StatePropertyAccessor, TurnContext } from 'botbuilder-core';
import type { DialogContext } from 'botbuilder-dialogs/lib/dialogContext.js';
import { DialogContextError } from 'botbuilder-dialogs/lib/dialogContextError.js';
import { DialogSet } from 'botbuilder-dialogs/lib/dialogSet.js';
import { type ReturnCheck, type ReturnTarget, TURN, type TurnUnderWay } from '../bot-turn.ts';
import { SwitchboardError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type BotState, openState } from './bot-state.ts';
import type { Scripts } from './load.ts';
import { answerTo, isQuestion, namesOption } from './question.ts';
import { Recogniser } from './recognise.ts';
import { type Action, isUnderWay, ScriptDialog } from './script-dialog.ts';
import { ScriptTurn } from './script-turn.ts';
import { systemText } from './system-texts.ts';
import type { Texts } from './texts.ts';
import { type Command, Commands, Keywords } from './words.ts';

export interface ScriptBotParts {
  scripts: Scripts;
  texts: Texts;
  actions: { readonly [name: string]: Action };
  log?: Pick<Logger, 'warn'>;
}

export interface ScriptBot {
  /**
   * Runs one turn, on a context whose `turnState` holds the turn under way. Sends texts as message activities, a
   * handoff as the event `handoff.initiate`, an end as `endOfConversation` with the outcome as its code. Rejects with
   * what an action threw, and with `bot_failed` for dialogs that go round in circles; then nothing was sent.
   */
  run(context: TurnContext): Promise<void>;
  /** What of a return target the dialogs do not have. */
  lacks: ReturnCheck;
  /** The queues that the dialogs hand over to. */
  queues: readonly string[];
}

/** The bot that the dialog files describe. One instance serves all conversations at once. */
export function createScriptBot({ scripts, texts, actions, log }: ScriptBotParts): ScriptBot {
  const commands = new Commands(texts);
  const recogniser = new Recogniser(texts);
  const keywords = new Keywords(texts, scripts.dialogs.values());
  const keyword = (text: string, locale: string) => keywords.find(text, locale);
  const { fallback } = scripts;
  const dialogs = new Map(
    [...scripts.dialogs].map(([id, script]) => [
      id,
      new ScriptDialog(script, { recogniser, actions, keyword, fallback, log }),
    ]),
  );
  const set = new DialogSet(STACK);
  for (const dialog of dialogs.values()) set.add(dialog);
  let memory: unknown;

  async function run(context: TurnContext): Promise<void> {
    const underWay: TurnUnderWay | undefined = context.turnState.get(TURN);
    if (!underWay) throw new SwitchboardError('internal', 'The adapter has put no turn into turnState.');
    const { state, readable } = openState(underWay.botState, underWay.input.conversation.session);
    if (!readable) log?.warn('A stored bot state was not of this bot: the conversation begins afresh.');
    const turn = new ScriptTurn(context, underWay, state, texts);
    try {
      await takeTurn(await contextOf(context), turn);
    } catch (error) {
      // Bot Framework's wrapper carries the stack with all that the customer has said.
      throw error instanceof DialogContextError ? error.error : error;
    }
    underWay.botState = JSON.stringify(state);
    const front = state.dialogStack.at(-1);
    underWay.waitsAt = front ? `${front.id}/${front.state.step}` : null;
    const activities = turn.activities();
    if (activities.length > 0) await context.sendActivities(activities);
  }

  /** Bot Framework works out its memory scopes anew for each turn (15 µs) unless it finds them: they never change. */
  async function contextOf(context: TurnContext): Promise<DialogContext> {
    if (memory !== undefined) context.turnState.set(MEMORY, memory);
    const dc = await set.createContext(context);
    memory ??= context.turnState.get(MEMORY);
    return dc;
  }

  async function takeTurn(dc: DialogContext, turn: ScriptTurn): Promise<void> {
    const { activity } = turn.input;
    if (activity.type === 'message') await takeMessage(dc, turn);
    else if (activity.name === 'returned') await takeReturn(dc, turn, activity.value);
    else {
      if (activity.name === 'untaken' && isSound(turn.state)) await active(dc)?.untaken(dc);
      return;
    }
    // The dialogs have run out without a word, but a customer who writes, or is given back, must hear something.
    if (!dc.activeDialog && turn.isSilent) await dc.beginDialog(scripts.start);
  }

  async function takeMessage(dc: DialogContext, turn: ScriptTurn): Promise<void> {
    const text = dc.context.activity.text ?? '';
    startAfreshUnlessSound(dc, turn);
    const command = namesOptionInFront(dc, turn, text) ? undefined : await commandIn(dc, turn, text);
    if (command !== undefined) await obey(dc, turn, command);
    else if (dc.activeDialog) await dc.continueDialog();
    else await dc.beginDialog(keyword(text, turn.locale) ?? scripts.start);
  }

  /** A keyword such as "estate agent" is no wish for a person, nor is what answers the question in front. */
  async function commandIn(dc: DialogContext, turn: ScriptTurn, text: string): Promise<Command | undefined> {
    const command = commands.find(text, turn.locale);
    if (command !== undefined || !commands.wishesPerson(text)) return command;
    if (keyword(text, turn.locale) !== undefined || (await answersInFront(dc, turn, text))) return undefined;
    return 'person';
  }

  /**
   * Any words answer a question for text: "the agent sent me the wrong one". A question for a number has no say here:
   * "I asked 3 times, get me an agent" holds one.
   */
  async function answersInFront(dc: DialogContext, turn: ScriptTurn, text: string): Promise<boolean> {
    const { node, dialog, frame } = inFront(dc, turn);
    if (!node || !dialog || !frame || !isQuestion(node)) return false;
    if (node.kind === 'ask' && node.type === 'number') return false;
    return (await answerTo(node, text, dialog.id, frame, turn, recogniser)) !== undefined;
  }

  function namesOptionInFront(dc: DialogContext, turn: ScriptTurn, text: string): boolean {
    const { node, dialog, frame } = inFront(dc, turn);
    return node && dialog && frame ? namesOption(node, text, dialog.id, frame, turn, recogniser) : false;
  }

  function inFront(dc: DialogContext, turn: ScriptTurn) {
    const dialog = active(dc);
    const frame = turn.state.dialogStack.at(-1)?.state;
    return { dialog, frame, node: frame && dialog?.script.nodes.get(frame.step) };
  }

  async function obey(dc: DialogContext, turn: ScriptTurn, command: Command): Promise<void> {
    if (command === 'person') {
      turn.handOverUnforeseen('customer_asked');
      return;
    }
    if (command === 'restart') {
      await dc.cancelAllDialogs();
      turn.state.shared = {};
    } else if (command === 'help') {
      turn.saySystem('help');
    } else if (command !== 'language') {
      turn.switchTo(command.language);
      turn.saySystem('language_changed');
    } else {
      const names = texts.languages.map((language) => systemText(texts, language, 'language_name'));
      turn.saySystem('which_language', { languages: names.join(', ') });
    }
    await askAgain(dc);
  }

  /** The question in front once more; the start when there is none. */
  async function askAgain(dc: DialogContext): Promise<void> {
    if (dc.activeDialog) await dc.repromptDialog();
    else await dc.beginDialog(scripts.start);
  }

  async function takeReturn(dc: DialogContext, turn: ScriptTurn, target: ReturnTarget): Promise<void> {
    startAfreshUnlessSound(dc, turn);
    const { variables: vars = {} } = target;
    const named = targetOf(dc, target);
    if (named && !isUnderWay(dc, named.dialog)) {
      await dc.cancelAllDialogs();
      await dc.beginDialog(named.dialog, { step: named.step, vars });
      return;
    }
    if (named) dc.stack.length = dc.stack.findLastIndex(({ id }) => id === named.dialog) + 1;
    const frame = turn.state.dialogStack.at(-1)?.state;
    const dialog = active(dc);
    if (!frame || !dialog) {
      await dc.beginDialog(scripts.start, { vars });
      return;
    }
    turn.assignAll(frame, vars);
    if (named) {
      await dialog.continueAt(dc, named.step);
      return;
    }
    const node = dialog.script.nodes.get(frame.step);
    if (node && isQuestion(node)) {
      turn.saySystem('back_with_bot');
      await dc.repromptDialog();
    } else {
      await dialog.returned(dc);
    }
  }

  /** Where an agent wants the bot to go on, if there still is such a place. */
  function targetOf(
    dc: DialogContext,
    { dialog, step }: ReturnTarget,
  ): { dialog: string; step: string | undefined } | undefined {
    if (dialog === undefined && step === undefined) return undefined;
    const id = dialogOf({ dialog, step }, dc.stack);
    if (dialogs.has(id) && hasStep(id, step)) return { dialog: id, step };
    // Only what the dialogs have: an agent's program may send anything in their place, such as a customer's text.
    log?.warn(
      dialog !== undefined && dialogs.has(dialog) ? { dialog } : {},
      'An agent named a step that the dialogs do not have: the bot goes on as without.',
    );
    return undefined;
  }

  function lacks(target: ReturnTarget, from: { botState: string | null; session: number }) {
    const { state } = openState(from.botState, from.session);
    const id = dialogOf(target, isSound(state) ? state.dialogStack : []);
    if (!dialogs.has(id)) return 'dialog';
    return hasStep(id, target.step) ? undefined : 'step';
  }

  /** The dialog that a target lies in. A step alone is looked for in the dialogs under way, the last one first. */
  function dialogOf({ dialog, step }: ReturnTarget, stack: readonly { id: string }[]): string {
    return dialog ?? stack.findLast(({ id }) => hasStep(id, step))?.id ?? scripts.start;
  }

  function hasStep(dialog: string, step: string | undefined): boolean {
    return step === undefined || dialogs.get(dialog)?.script.nodes.has(step) === true;
  }

  /** A dialog or step that was there when the conversation came to it may be gone since: then it begins again. */
  function startAfreshUnlessSound(dc: DialogContext, turn: ScriptTurn): void {
    if (isSound(turn.state)) return;
    log?.warn({ stack: turn.state.dialogStack.map(({ id, state }) => [id, state.step]) }, 'A step is gone.');
    dc.stack.length = 0;
    turn.saySystem('changed_meanwhile');
  }

  function isSound(state: BotState): boolean {
    return state.dialogStack.every((dialog) => dialogs.get(dialog.id)?.script.nodes.has(dialog.state.step));
  }

  function active(dc: DialogContext): ScriptDialog | undefined {
    return dialogs.get(dc.activeDialog?.id ?? '');
  }

  return { run, lacks, queues: scripts.queues };
}

/** The key under which `DialogStateManager` keeps its scopes for a turn. */
const MEMORY = 'DialogStateManagerConfiguration';

/** Bot Framework's door to the stack, which is part of the state of the turn under way. */
const STACK: StatePropertyAccessor<BotState> = {
  get: (context: TurnContext) => Promise.resolve(ScriptTurn.of(context).state),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(),
};

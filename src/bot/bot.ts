import type { StatePropertyAccessor, TurnContext } from 'botbuilder-core';
import type { DialogContext } from 'botbuilder-dialogs/lib/dialogContext.js';
import { DialogContextError } from 'botbuilder-dialogs/lib/dialogContextError.js';
import { DialogSet } from 'botbuilder-dialogs/lib/dialogSet.js';
import {
  type Closed,
  type HandoffResult,
  type ReturnCheck,
  type ReturnTarget,
  TURN,
  type TurnUnderWay,
} from '../bot-turn.ts';
import { SwitchboardError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Action } from './action-step.ts';
import { apart, type BotState, NO_HANDOFF, openState } from './bot-state.ts';
import { isUnderWay } from './digression.ts';
import type { HttpParts } from './http-step.ts';
import { Interrupts } from './interrupts.ts';
import type { Scripts } from './load.ts';
import { isQuestion } from './question-node.ts';
import { Recogniser } from './recognise.ts';
import { ScriptDialog } from './script-dialog.ts';
import { ScriptTurn } from './script-turn.ts';
import type { Texts } from './texts.ts';
import { Triggers } from './triggers.ts';

export interface ScriptBotParts {
  scripts: Scripts;
  texts: Texts;
  actions: { readonly [name: string]: Action };
  /** Without it every request of a dialog fails as refused. */
  http?: HttpParts;
  log?: Pick<Logger, 'warn'>;
  /** Told of each step that is run. */
  ran?: (dialog: string, step: string) => void;
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
export function createScriptBot({ scripts, texts, actions, http, log, ran }: ScriptBotParts): ScriptBot {
  const recogniser = new Recogniser(texts);
  const triggers = new Triggers(texts, scripts.dialogs.values());
  const { fallback } = scripts;
  const dialogs = new Map(
    [...scripts.dialogs].map(([id, script]) => [
      id,
      new ScriptDialog(script, { recogniser, actions, http, triggers, fallback, ran }),
    ]),
  );
  const interrupts = new Interrupts({ texts, triggers, dialogs, startOf });
  const set = new DialogSet(STACK);
  for (const dialog of dialogs.values()) set.add(dialog);
  let memory: unknown;

  async function run(context: TurnContext): Promise<void> {
    const underWay: TurnUnderWay | undefined = context.turnState.get(TURN);
    if (!underWay) throw new SwitchboardError('internal', 'The adapter has put no turn into turnState.');
    const { conversation, hidden: kept } = underWay.input;
    const { state, readable } = openState(underWay.botState, conversation.session, kept);
    const turn = new ScriptTurn(context, underWay, state, texts, log);
    if (!readable) turn.warn({}, 'A stored bot state was not of this bot: the conversation begins afresh.');
    const wasSensitive = isSensitive(state);
    try {
      await takeTurn(await contextOf(context), turn);
    } catch (error) {
      // Bot Framework's wrapper carries the stack with all that the customer has said.
      throw error instanceof DialogContextError ? error.error : error;
    }
    const { stored, hidden } = apart(state);
    underWay.botState = stored;
    const next = isSensitive(state);
    if (wasSensitive || next || kept !== null || hidden !== null) {
      underWay.hidden = { text: wasSensitive && turn.hidesText, next, state: hidden };
    }
    const front = state.dialogStack.at(-1);
    underWay.waitsAt = front ? `${front.id}/${front.state.step}` : null;
    underWay.wakeAt = state.unasked < MOST_UNASKED ? wakeAt(state) : null;
    const activities = turn.activities();
    if (activities.length > 0) await context.sendActivities(activities);
  }

  /** Where a conversation begins: a workstream may name a dialog that a later publication lacks. */
  function startOf(turn: ScriptTurn): string {
    const { dialog } = turn.input.conversation;
    if (dialog === undefined) return scripts.start;
    if (dialogs.has(dialog)) return dialog;
    turn.warn(
      {},
      'A workstream names a dialog that the live dialogs do not have: the bot begins with another.',
    );
    return scripts.start;
  }

  /** Bot Framework works out its memory scopes anew for each turn (15 µs) unless it finds them: they never change. */
  async function contextOf(context: TurnContext): Promise<DialogContext> {
    if (memory !== undefined) context.turnState.set(MEMORY, memory);
    const dc = await set.createContext(context);
    memory ??= context.turnState.get(MEMORY);
    return dc;
  }

  /** What the step in front waits for; else, at a question, when the customer has been silent for too long. */
  function wakeAt({ dialogStack, silentAt }: BotState): number | null {
    const front = dialogStack.at(-1);
    if (!front || front.state.until !== null) return front?.state.until ?? null;
    const node = dialogs.get(front.id)?.script.nodes.get(front.state.step);
    return node && isQuestion(node) ? silentAt : null;
  }

  async function takeTurn(dc: DialogContext, turn: ScriptTurn): Promise<void> {
    const { activity } = turn.input;
    const { state } = turn;
    if (activity.type === 'message' || activity.name === 'returned') {
      state.unasked = 0;
      state.silentAt = scripts.silence ? activity.at + scripts.silence.after : null;
    }
    if (activity.type === 'message') await takeMessage(dc, turn);
    else if (activity.name === 'returned') await takeReturn(dc, turn, activity.value);
    else if (activity.name === 'closed') await takeClosed(dc, turn, activity.value);
    else {
      if (!isSound(state)) return;
      if (activity.name === 'untaken') {
        state.handoff = { ...NO_HANDOFF, outcome: 'untaken' };
        await active(dc)?.untaken(dc);
      }
      if (activity.name === 'undelivered') await takeUndelivered(dc, turn);
      if (activity.name === 'wakeUp') {
        state.unasked += 1;
        await wakeUp(dc, turn);
      }
      return;
    }
    // The dialogs have run out without a word, but a customer who writes, or is given back, must hear something.
    if (!dc.activeDialog && turn.isSilent) await dc.beginDialog(startOf(turn));
    if (!dc.activeDialog && turn.isSilent) turn.handOverUnforeseen('not_understood');
  }

  async function takeMessage(dc: DialogContext, turn: ScriptTurn): Promise<void> {
    const text = dc.context.activity.text ?? '';
    // A word that we know is no secret.
    turn.hidesText = !interrupts.knows(dc, turn, text);
    startAfreshUnlessSound(dc, turn);
    const command = await interrupts.find(dc, turn, text);
    if (command !== undefined) return interrupts.obey(dc, turn, command);
    if (dc.activeDialog) {
      await dc.continueDialog();
      return;
    }
    const { dialog, vars } = triggers.find(text, turn.locale) ?? { dialog: startOf(turn), vars: {} };
    await dc.beginDialog(dialog, { vars });
  }

  /** Whether the question in front is answered to the bot alone. */
  function isSensitive(state: BotState): boolean {
    const front = state.dialogStack.at(-1);
    const node = front && dialogs.get(front.id)?.script.nodes.get(front.state.step);
    return node?.kind === 'ask' && node.sensitive;
  }

  async function wakeUp(dc: DialogContext, turn: ScriptTurn): Promise<void> {
    const { state } = turn;
    const isSilence = state.silentAt !== null && wakeAt(state) === state.silentAt;
    // Once: whoever was asked whether they are there, or by a step of its own, is not asked again for saying nothing.
    state.silentAt = null;
    if (!isSilence) await active(dc)?.wakeUp(dc);
    else if (scripts.silence && !isUnderWay(dc, scripts.silence.dialog)) {
      await dc.beginDialog(scripts.silence.dialog);
    }
  }

  /** What it says then may not reach the customer either: not for ever. */
  async function takeUndelivered(dc: DialogContext, { state }: ScriptTurn): Promise<void> {
    const { undelivered } = scripts;
    if (undelivered === undefined || isUnderWay(dc, undelivered) || state.unasked >= MOST_UNDELIVERED) return;
    state.unasked += 1;
    await dc.beginDialog(undelivered);
  }

  async function takeClosed(dc: DialogContext, turn: ScriptTurn, closed: Closed): Promise<void> {
    const { opens, holiday = null } = closed;
    turn.state.unasked += 1;
    turn.state.handoff = { ...NO_HANDOFF, outcome: 'closed', opens, holiday };
    startAfreshUnlessSound(dc, turn);
    const dialog = active(dc);
    if (dialog) await dialog.closed(dc);
    else await dc.beginDialog(startOf(turn));
  }

  async function takeReturn(
    dc: DialogContext,
    turn: ScriptTurn,
    target: ReturnTarget & HandoffResult,
  ): Promise<void> {
    startAfreshUnlessSound(dc, turn);
    const { variables: vars = {}, outcome, answered, disposition = null } = target;
    turn.state.handoff = { ...NO_HANDOFF, outcome, answered, disposition };
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
      await dc.beginDialog(scripts.returned ?? startOf(turn), { vars });
      return;
    }
    turn.assignAll(frame, vars);
    if (named) {
      await dialog.continueAt(dc, named.step);
      return;
    }
    const node = dialog.script.nodes.get(frame.step);
    if (node && isQuestion(node) && scripts.returned !== undefined && !isUnderWay(dc, scripts.returned)) {
      await dc.beginDialog(scripts.returned);
    } else if (node && isQuestion(node)) {
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
    ScriptTurn.of(dc.context).warn(
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
    turn.warn({ stack: turn.state.dialogStack.map(({ id, state }) => [id, state.step]) }, 'A step is gone.');
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

/** A dialog that waits in a circle would text a customer who says nothing for ever. */
const MOST_UNASKED = 20;
const MOST_UNDELIVERED = 3;

/** The key under which `DialogStateManager` keeps its scopes for a turn. */
const MEMORY = 'DialogStateManagerConfiguration';

/** Bot Framework's door to the stack, which is part of the state of the turn under way. */
const STACK: StatePropertyAccessor<BotState> = {
  get: (context: TurnContext) => Promise.resolve(ScriptTurn.of(context).state),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(),
};

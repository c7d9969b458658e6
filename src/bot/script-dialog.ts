import type { TurnContext } from 'botbuilder-core';
import {
  Dialog,
  type DialogInstance,
  type DialogReason,
  type DialogTurnResult,
} from 'botbuilder-dialogs/lib/dialog.js';
import type { DialogContext } from 'botbuilder-dialogs/lib/dialogContext.js';
import type { Json } from '../bot-turn.ts';
import { SwitchboardError } from '../errors.ts';
import { arriveAt, type Frame } from './bot-state.ts';
import { digress, giveUp } from './digression.ts';
import type { Next, Node } from './flow.ts';
import type { LoadedScript } from './load.ts';
import { type Asked, heard, questionText } from './question.ts';
import { DEFAULT_RETRIES, isQuestion, type Question } from './question-node.ts';
import type { Recogniser } from './recognise.ts';
import { ScriptTurn } from './script-turn.ts';
import { createStepRun, type RunStep, type StepParts } from './step-outcome.ts';
import type { Values } from './texts.ts';
import type { Triggers } from './triggers.ts';

export interface ScriptDialogParts extends StepParts {
  recogniser: Recogniser;
  /** What begins other dialogs, for texts that do not answer the question asked. */
  triggers: Pick<Triggers, 'find'>;
  /** The dialog for customers who are not understood. */
  fallback: string | undefined;
  /** Told of each step that is run: what tests of dialogs cover. */
  ran: ((dialog: string, step: string) => void) | undefined;
}

/** Questions that a customer can go back over. */
const MOST_ASKED = 20;

/** How `beginDialog` begins elsewhere than at the first step. */
export interface BeginAt {
  step?: string;
  vars?: Values;
}

/** Runs one dialog file. All state is in the frame on Bot Framework's dialog stack; one instance serves everybody. */
export class ScriptDialog extends Dialog<BeginAt> {
  readonly script: LoadedScript;
  readonly #parts: ScriptDialogParts;
  readonly #runStep: RunStep;

  constructor(script: LoadedScript, parts: ScriptDialogParts) {
    super(script.id);
    this.script = script;
    this.#parts = parts;
    this.#runStep = createStepRun(parts);
  }

  override getVersion(): string {
    return this.script.version;
  }

  override beginDialog(dc: DialogContext, options?: BeginAt): Promise<DialogTurnResult> {
    const { version } = this.script;
    const frame: Frame = { step: '', vars: {}, tries: 0, asked: [], until: null, version };
    const instance = dc.activeDialog;
    if (instance) instance.state = frame;
    ScriptTurn.of(dc.context).assignAll(frame, options?.vars ?? {});
    return this.#run(dc, frame, options?.step ?? this.script.first);
  }

  /** Takes the customer's text as the answer to the question that the dialog waits at. */
  override async continueDialog(dc: DialogContext): Promise<DialogTurnResult> {
    const { frame, node } = this.#at(dc);
    const turn = ScriptTurn.of(dc.context);
    const text = dc.context.activity.text ?? '';
    if (node.kind === 'wait') return this.#spokenTo(dc, frame, node, text);
    if (!isQuestion(node)) return this.returned(dc);
    const meant = await heard(node, text, this.asked(frame, turn));
    switch (meant.kind) {
      case 'answer':
        if (node.kind === 'ask' && node.sensitive) turn.assignSecret(frame, node.as, meant.value);
        else if (node.as !== undefined) turn.assign(frame, node.as, meant.value);
        return this.#run(dc, frame, meant.next);
      case 'unsure':
        frame.confirming = meant.value;
        this.#ask(turn, frame, node);
        return Dialog.EndOfTurn;
      case 'turned_over':
        frame.page = meant.page;
        this.#ask(turn, frame, node);
        return Dialog.EndOfTurn;
      case 'taken_back':
        delete frame.confirming;
        this.#ask(turn, frame, node);
        return Dialog.EndOfTurn;
      case 'miss':
        return this.#missed(dc, frame, node, text, meant.because);
    }
  }

  /** A dialog that this one called, or that came in between, has run out of steps. */
  override async resumeDialog(
    dc: DialogContext,
    _reason: DialogReason,
    result?: Json,
  ): Promise<DialogTurnResult> {
    const { frame, node } = this.#at(dc);
    if (node.kind === 'wait') return this.#waitOn(dc, frame, node);
    const turn = ScriptTurn.of(dc.context);
    if (isQuestion(node) && !turn.isSilent) this.#resume(turn, frame);
    if (frame.confirming !== undefined && isQuestion(node)) {
      this.#ask(turn, frame, node);
      return Dialog.EndOfTurn;
    }
    if (node.kind !== 'call') return this.#run(dc, frame, node.id);
    if (node.as !== undefined) turn.assign(frame, node.as, result ?? null);
    return this.#run(dc, frame, node.next);
  }

  #resume(turn: ScriptTurn, frame: Frame): void {
    const { id, resume } = this.script;
    if (resume === undefined) turn.saySystem('resumed');
    else turn.say(turn.text(id, resume, frame));
  }

  /** The question that was asked before the one that is open, or that was asked last, if it is still there. */
  questionBefore(frame: Frame, isInFront: boolean): string | undefined {
    // What another dialog came between has not been answered.
    if (!isInFront && this.#questionAt(frame.step)) return frame.step;
    return frame.asked.findLast((step) => step !== frame.step && this.#questionAt(step) !== undefined);
  }

  /** Asks the question at a step, also when its answer is known. */
  askAt(frame: Frame, step: string, turn: ScriptTurn): void {
    const node = this.#questionAt(step);
    if (!node) return;
    frame.asked = frame.asked.slice(0, frame.asked.lastIndexOf(step) + 1);
    arriveAt(frame, step);
    this.#ask(turn, frame, node);
  }

  #questionAt(step: string): Question | undefined {
    const node = this.script.nodes.get(step);
    return node && isQuestion(node) ? node : undefined;
  }

  /** Asks the question again that the dialog waits at, if it waits at one. */
  override async repromptDialog(context: TurnContext, instance: DialogInstance<Frame>): Promise<void> {
    const node = this.#questionAt(instance.state.step);
    if (node) this.#ask(ScriptTurn.of(context), instance.state, node);
  }

  /** Goes on after an agent has given the conversation back. */
  returned(dc: DialogContext): Promise<DialogTurnResult> {
    const { frame, node } = this.#at(dc);
    if (node.kind === 'wait') return this.#waitOn(dc, frame, node);
    if (node.kind !== 'handoff') return this.#run(dc, frame, node.id);
    const { outcome } = ScriptTurn.of(dc.context).state.handoff;
    return this.#run(dc, frame, outcome === 'cancelled' ? node.cancelled : node.returned);
  }

  /** The queue of the handoff that the dialog stands at is closed. What has changed since is run again. */
  closed(dc: DialogContext): Promise<DialogTurnResult> {
    const { frame, node } = this.#at(dc);
    return this.#run(dc, frame, node.kind === 'handoff' ? (node.closed ?? node.id) : node.id);
  }

  /** Goes on at a step that an agent has named. */
  continueAt(dc: DialogContext, step: string | undefined): Promise<DialogTurnResult> {
    return this.#run(dc, this.#at(dc).frame, step ?? this.script.first);
  }

  /** Nobody has taken the handoff that the dialog waits at. */
  async untaken(dc: DialogContext): Promise<DialogTurnResult> {
    const { frame, node } = this.#at(dc);
    if (node.kind !== 'handoff' || !node.untaken) return Dialog.EndOfTurn;
    return this.#run(dc, frame, node.untaken.first);
  }

  /** The time has come that the dialog waits for; unless what it stands at has changed since. */
  async wakeUp(dc: DialogContext): Promise<DialogTurnResult> {
    const { frame, node } = this.#at(dc);
    if (frame.until === null || ScriptTurn.of(dc.context).at < frame.until) return Dialog.EndOfTurn;
    if (isQuestion(node)) return this.#unanswered(dc, frame, node);
    return this.#run(dc, frame, node.kind === 'wait' ? node.next : node.id);
  }

  /** A reminder once, and as long after it what comes when nobody answers. */
  async #unanswered(dc: DialogContext, frame: Frame, { noReply }: Question): Promise<DialogTurnResult> {
    const turn = ScriptTurn.of(dc.context);
    frame.until = null;
    if (noReply?.remind !== undefined && !frame.reminded) {
      frame.reminded = true;
      if (noReply.first !== undefined) frame.until = turn.at + noReply.after;
      turn.say(turn.text(this.script.id, noReply.remind, frame));
      return Dialog.EndOfTurn;
    }
    return noReply?.first === undefined ? Dialog.EndOfTurn : this.#run(dc, frame, noReply.first);
  }

  /** Until the time has come; it may have, while another dialog or a person was in between. */
  #waitOn(dc: DialogContext, frame: Frame, node: Node): Promise<DialogTurnResult> {
    const isOver = ScriptTurn.of(dc.context).at >= (frame.until ?? 0);
    return isOver ? this.#run(dc, frame, node.next) : Promise.resolve(Dialog.EndOfTurn);
  }

  #at(dc: DialogContext): { frame: Frame; node: Node } {
    const frame: Frame | undefined = dc.activeDialog?.state;
    const node = this.script.nodes.get(frame?.step ?? '');
    if (!frame || !node) throw this.#lacksStep();
    return { frame, node };
  }

  #lacksStep(): SwitchboardError {
    return new SwitchboardError('internal', `The dialog ${this.script.id} goes on where it has no step.`);
  }

  /** Runs step after step from `from` until the dialog waits, hands over or is done. */
  async #run(dc: DialogContext, frame: Frame, from: Next): Promise<DialogTurnResult> {
    const turn = ScriptTurn.of(dc.context);
    let next = from;
    for (;;) {
      if (next === null) return dc.endDialog(frame.vars);
      if (typeof next !== 'string') {
        frame.step = next.waitAt;
        return Dialog.EndOfTurn;
      }
      const node = this.script.nodes.get(next);
      if (!node) throw this.#lacksStep();
      const count = turn.count(node);
      this.#parts.ran?.(this.script.id, node.id);
      arriveAt(frame, node.id);
      const outcome = await this.#runStep(node, { dialog: this.script.id, frame, turn, count });
      switch (outcome.kind) {
        case 'goes_on':
          next = outcome.next;
          break;
        case 'asks':
          if (frame.asked.at(-1) !== node.id) frame.asked = [...frame.asked, node.id].slice(-MOST_ASKED);
          this.#ask(turn, frame, outcome.question);
          return Dialog.EndOfTurn;
        case 'waits':
          return Dialog.EndOfTurn;
        case 'calls':
          return dc.beginDialog(outcome.dialog, { vars: outcome.vars });
        case 'returns':
          return dc.endDialog(outcome.value);
        case 'ends':
          return dc.cancelAllDialogs();
      }
    }
  }

  #ask(turn: ScriptTurn, frame: Frame, node: Question): void {
    turn.say(questionText(node, this.asked(frame, turn)));
    frame.until = node.noReply ? turn.at + node.noReply.after : null;
    delete frame.reminded;
  }

  /** What is needed to read answers to a question of this dialog. */
  asked(frame: Frame, turn: ScriptTurn): Asked {
    return { dialog: this.script.id, frame, turn, recogniser: this.#parts.recogniser };
  }

  /** Another dialog that the text calls for comes in between; else the question is asked again until it is enough. */
  async #missed(
    dc: DialogContext,
    frame: Frame,
    node: Question,
    text: string,
    because: string,
  ): Promise<DialogTurnResult> {
    const called = node.interrupts ? await digress(dc, frame, text, this.#parts.triggers) : undefined;
    if (called) return called;
    const turn = ScriptTurn.of(dc.context);
    frame.tries += 1;
    if (frame.tries <= node.retries) {
      turn.say(because);
      this.#ask(turn, frame, node);
      return Dialog.EndOfTurn;
    }
    if (node.invalid !== undefined) return this.#run(dc, frame, node.invalid);
    return giveUp(dc, frame, this.#parts.fallback);
  }

  /** The customer writes while the dialog waits for a time, which goes on. */
  async #spokenTo(dc: DialogContext, frame: Frame, node: Node, text: string): Promise<DialogTurnResult> {
    const called = await digress(dc, frame, text, this.#parts.triggers);
    if (called) return called;
    const turn = ScriptTurn.of(dc.context);
    if (turn.at >= (frame.until ?? 0)) return this.#run(dc, frame, node.next);
    frame.tries += 1;
    if (frame.tries > DEFAULT_RETRIES) return giveUp(dc, frame, this.#parts.fallback);
    turn.saySystem('waiting');
    return Dialog.EndOfTurn;
  }
}

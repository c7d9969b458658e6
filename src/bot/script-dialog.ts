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
import type { Logger } from '../log.ts';
import type { Frame } from './bot-state.ts';
import type { Assignment, Next, Node, Question } from './flow.ts';
import type { LoadedScript } from './load.ts';
import { answerTo, isQuestion, notUnderstood, questionText } from './question.ts';
import type { Recogniser } from './recognise.ts';
import { ScriptTurn } from './script-turn.ts';
import type { Values } from './texts.ts';

/** What an action is told besides its input. */
export interface ActionTurn {
  /**
   * Names this call. A turn may be run again after a crash, and then the id is the same: pass it on as an idempotency
   * key to whatever must not happen twice.
   */
  id: string;
  /** BCP 47 */
  locale: string;
  /** The support number, digits with country code. */
  number: string;
  /** The customer's number, digits with country code. */
  customer: string;
  session: number;
}

/** A function of the program that dialogs can call. What it resolves with must be JSON. */
export type Action = (input: Values, turn: ActionTurn) => Promise<Json>;

export interface ScriptDialogParts {
  recogniser: Recogniser;
  actions: { readonly [name: string]: Action };
  /** The dialog that a text calls for by keyword, for texts that do not answer the question asked. */
  keyword: (text: string, locale: string) => string | undefined;
  /** The dialog for customers who are not understood. */
  fallback: string | undefined;
  log: Pick<Logger, 'warn'> | undefined;
}

/** How `beginDialog` begins elsewhere than at the first step. */
export interface BeginAt {
  step?: string;
  vars?: Values;
}

/** Runs one dialog file. All state is in the frame on Bot Framework's dialog stack; one instance serves everybody. */
export class ScriptDialog extends Dialog<BeginAt> {
  readonly script: LoadedScript;
  readonly #parts: ScriptDialogParts;

  constructor(script: LoadedScript, parts: ScriptDialogParts) {
    super(script.id);
    this.script = script;
    this.#parts = parts;
  }

  override getVersion(): string {
    return this.script.version;
  }

  override beginDialog(dc: DialogContext, options?: BeginAt): Promise<DialogTurnResult> {
    const frame: Frame = { step: '', vars: {}, tries: 0, version: this.script.version };
    const instance = dc.activeDialog;
    if (instance) instance.state = frame;
    ScriptTurn.of(dc.context).assignAll(frame, options?.vars ?? {});
    return this.#run(dc, frame, options?.step ?? this.script.first);
  }

  /** Takes the customer's text as the answer to the question that the dialog waits at. */
  override async continueDialog(dc: DialogContext): Promise<DialogTurnResult> {
    const { frame, node } = this.#at(dc);
    if (!isQuestion(node)) return this.returned(dc);
    const turn = ScriptTurn.of(dc.context);
    const text = dc.context.activity.text ?? '';
    const answer = await answerTo(node, text, this.script.id, frame, turn, this.#parts.recogniser);
    if (!answer) return this.#missed(dc, frame, node, text);
    if (node.as !== undefined) turn.assign(frame, node.as, answer.value);
    return this.#run(dc, frame, answer.next);
  }

  /** A dialog that this one called, or that came in between, has run out of steps. */
  override async resumeDialog(
    dc: DialogContext,
    _reason: DialogReason,
    result?: Json,
  ): Promise<DialogTurnResult> {
    const { frame, node } = this.#at(dc);
    if (node.kind !== 'call') return this.#run(dc, frame, node.id);
    if (node.as !== undefined) ScriptTurn.of(dc.context).assign(frame, node.as, result ?? null);
    return this.#run(dc, frame, node.next);
  }

  /** Asks the question again that the dialog waits at, if it waits at one. */
  override async repromptDialog(context: TurnContext, instance: DialogInstance<Frame>): Promise<void> {
    const node = this.script.nodes.get(instance.state.step);
    if (node && isQuestion(node)) this.#ask(ScriptTurn.of(context), instance.state, node);
  }

  /** Goes on after an agent has given the conversation back. */
  returned(dc: DialogContext): Promise<DialogTurnResult> {
    const { frame, node } = this.#at(dc);
    return this.#run(dc, frame, node.kind === 'handoff' ? node.returned : node.id);
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

  #at(dc: DialogContext): { frame: Frame; node: Node } {
    const frame: Frame | undefined = dc.activeDialog?.state;
    const node = this.script.nodes.get(frame?.step ?? '');
    if (!frame || !node) {
      throw new SwitchboardError(
        'internal',
        `The dialog ${this.script.id} was continued where it has no step.`,
      );
    }
    return { frame, node };
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
      if (!node) {
        throw new SwitchboardError(
          'internal',
          `The dialog ${this.script.id} leads to a step that it has not.`,
        );
      }
      const count = turn.count(node);
      frame.step = node.id;
      frame.tries = 0;
      next = node.next;
      switch (node.kind) {
        case 'say':
          turn.say(turn.text(this.script.id, node.key, frame), node.alone);
          break;
        case 'ask':
        case 'choice':
        case 'confirm':
          this.#ask(turn, frame, node);
          return Dialog.EndOfTurn;
        case 'if':
          next = this.#isTrue(node, frame, turn) ? node.whenTrue : node.whenFalse;
          break;
        case 'set':
          for (const { name, value } of this.#values(node, node.assignments, frame, turn)) {
            turn.assign(frame, name, value);
          }
          break;
        case 'goto':
          break;
        case 'call':
          return dc.beginDialog(node.dialog);
        case 'action': {
          const result = await this.#act(node, frame, turn, count);
          if (node.as !== undefined) turn.assign(frame, node.as, result);
          break;
        }
        case 'handoff':
          turn.handOver({
            queue: node.queue,
            reason: node.reason,
            summary: turn.text(this.script.id, node.summary, frame),
            untakenAfter: node.untaken?.after ?? null,
          });
          return Dialog.EndOfTurn;
        case 'end':
          turn.end(node.outcome);
          return dc.cancelAllDialogs();
      }
    }
  }

  #ask(turn: ScriptTurn, frame: Frame, node: Question): void {
    turn.say(questionText(node, this.script.id, frame, turn));
  }

  /** Another dialog that the text calls for comes in between; else the question is asked again until it is enough. */
  async #missed(dc: DialogContext, frame: Frame, node: Question, text: string): Promise<DialogTurnResult> {
    const turn = ScriptTurn.of(dc.context);
    const called = this.#parts.keyword(text, turn.locale);
    if (called !== undefined) {
      frame.tries = 0;
      // Under way already: it begins anew where it is, so that digressions cannot pile up.
      const under = dc.stack.findLastIndex(({ id }) => id === called);
      if (under < 0) return dc.beginDialog(called);
      dc.stack.length = under + 1;
      return dc.replaceDialog(called);
    }
    frame.tries += 1;
    if (frame.tries <= node.retries) {
      turn.saySystem(notUnderstood(node));
      this.#ask(turn, frame, node);
      return Dialog.EndOfTurn;
    }
    frame.tries = 0;
    const { fallback } = this.#parts;
    if (fallback !== undefined && !isUnderWay(dc, fallback)) return dc.beginDialog(fallback);
    turn.saySystem('not_understood');
    turn.handOverUnforeseen('not_understood');
    return Dialog.EndOfTurn;
  }

  /** A condition without a value, such as a field of a variable that is not set, is false. */
  #isTrue(node: Extract<Node, { kind: 'if' }>, frame: Frame, turn: ScriptTurn): boolean {
    const value = node.condition.evaluate(turn.scope(frame));
    if (typeof value !== 'boolean') this.#noValue(node, 'the condition counts as false');
    return value === true;
  }

  /** Evaluates all before any is assigned, so that their order does not matter. */
  #values(
    node: Node,
    assignments: readonly Assignment[],
    frame: Frame,
    turn: ScriptTurn,
  ): { name: string; value: Json }[] {
    const scope = turn.scope(frame);
    return assignments.map(({ name, value: expression }) => {
      const value = expression.evaluate(scope);
      if (value === undefined) this.#noValue(node, `${name} is set to null`);
      return { name, value: value ?? null };
    });
  }

  #noValue(node: Node, consequence: string): void {
    this.#parts.log?.warn(
      { step: node.id, place: node.place },
      `An expression has no value: ${consequence}.`,
    );
  }

  async #act(
    node: Extract<Node, { kind: 'action' }>,
    frame: Frame,
    turn: ScriptTurn,
    count: number,
  ): Promise<Json> {
    const action = this.#parts.actions[node.action];
    if (!action) throw new SwitchboardError('internal', `${node.place}: there is no action ${node.action}.`);
    const { activity, conversation } = turn.input;
    const values = this.#values(node, node.input, frame, turn);
    const result = await action(Object.fromEntries(values.map(({ name, value }) => [name, value])), {
      id: `${activity.id}:${count}`,
      locale: turn.locale,
      number: conversation.number,
      customer: conversation.customer,
      session: conversation.session,
    });
    // As the stored state would give it back in the next turn: no dates, no undefined.
    return JSON.parse(JSON.stringify(result ?? null));
  }
}

export function isUnderWay(dc: DialogContext, dialog: string): boolean {
  return dc.stack.some(({ id }) => id === dialog);
}

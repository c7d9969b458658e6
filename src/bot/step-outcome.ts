import type { Json } from '../bot-turn.ts';
import { SwitchboardError } from '../errors.ts';
import { type Action, act } from './action-step.ts';
import type { Frame } from './bot-state.ts';
import { chosen, isTrue, returned, valuesOf } from './evaluation.ts';
import type { Next, Node } from './flow.ts';
import { handoffOf } from './handoff-step.ts';
import { ask, type HttpParts } from './http-step.ts';
import type { Question } from './question-node.ts';
import type { ScriptTurn } from './script-turn.ts';
import { caseOf } from './switch-step.ts';
import type { Values } from './texts.ts';

/** What comes of a step that has run. */
export type StepOutcome =
  | { kind: 'goes_on'; next: Next }
  | { kind: 'asks'; question: Question }
  /** For a time, or for a person. */
  | { kind: 'waits' }
  | { kind: 'calls'; dialog: string; vars: Values }
  | { kind: 'returns'; value: Json }
  /** The whole session, not this dialog alone. */
  | { kind: 'ends' };

export interface StepParts {
  actions: { readonly [name: string]: Action };
  /** Undefined: no request is made. */
  http: HttpParts | undefined;
}

export interface StepAt {
  /** The dialog's id. */
  dialog: string;
  frame: Frame;
  turn: ScriptTurn;
  /** Which step of the turn it is. */
  count: number;
}

/** Runs a step: what it says and sets goes into the turn and the frame. */
export type RunStep = (node: Node, at: StepAt) => Promise<StepOutcome>;

export function createStepRun({ actions, http }: StepParts): RunStep {
  return async (node, { dialog, frame, turn, count }) => {
    const goesOn = (next: Next): StepOutcome => ({ kind: 'goes_on', next });
    switch (node.kind) {
      case 'say':
        turn.say(turn.inTurn(dialog, node.key, frame), node.alone);
        return goesOn(node.next);
      case 'ask':
        if (node.skipIfKnown && turn.isKnown(frame, node.as)) return goesOn(node.next);
        return { kind: 'asks', question: node };
      case 'choice':
      case 'confirm':
        return { kind: 'asks', question: node };
      case 'if':
        return goesOn(isTrue(node, frame, turn) ? node.whenTrue : node.whenFalse);
      case 'set':
        for (const [name, value] of Object.entries(valuesOf(node, node.assignments, frame, turn))) {
          turn.assign(frame, name, value);
        }
        return goesOn(node.next);
      case 'goto':
        return goesOn(node.next);
      case 'switch':
        return goesOn(caseOf(node, chosen(node, frame, turn)));
      case 'call':
        return {
          kind: 'calls',
          dialog: node.dialog,
          vars: valuesOf(node, node.with, frame, turn),
        };
      case 'return':
        return { kind: 'returns', value: returned(node, frame, turn) };
      case 'http': {
        const { value, isFailure } = await ask(node, frame, turn, count, http);
        if (node.as !== undefined) turn.assign(frame, node.as, value);
        return goesOn(isFailure && node.failed !== undefined ? node.failed : node.next);
      }
      case 'action': {
        const action = actions[node.action];
        if (!action) throw new SwitchboardError('internal', `There is no action ${node.action}.`);
        const input = valuesOf(node, node.input, frame, turn);
        const result = await act(node, action, input, turn, count);
        if (node.as !== undefined) turn.assign(frame, node.as, result);
        return goesOn(node.next);
      }
      case 'handoff':
        turn.handOver(handoffOf(node, dialog, frame, turn));
        return { kind: 'waits' };
      case 'wait':
        frame.until = turn.at + node.time;
        return { kind: 'waits' };
      case 'end':
        turn.end(node.outcome, node.survey);
        return { kind: 'ends' };
    }
  };
}

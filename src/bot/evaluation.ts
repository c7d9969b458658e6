import type { Json } from '../bot-turn.ts';
import type { Frame } from './bot-state.ts';
import type { Assignment, Node } from './flow.ts';
import type { ScriptTurn } from './script-turn.ts';
import type { Values } from './texts.ts';

/*
 * What the expressions of steps come to. One may have no value, such as a field of a variable that is not set: then it
 * counts as what is said here, and the log tells.
 */

type Of<K extends Node['kind']> = Extract<Node, { kind: K }>;

/** False without a value. */
export function isTrue(node: Of<'if'>, frame: Frame, turn: ScriptTurn): boolean {
  const value = node.condition.evaluate(turn.scope(frame));
  if (typeof value !== 'boolean') noValue(node, turn, 'the condition counts as false');
  return value === true;
}

/** Undefined without a value. */
export function chosen(node: Of<'switch'>, frame: Frame, turn: ScriptTurn): Json | undefined {
  const value = node.value.evaluate(turn.scope(frame));
  if (value === undefined) noValue(node, turn, 'no case holds');
  return value;
}

/** What a dialog gives to what called it; null without a value. */
export function returned(node: Of<'return'>, frame: Frame, turn: ScriptTurn): Json {
  if (Array.isArray(node.value)) return valuesOf(node, node.value, frame, turn);
  const value = node.value.evaluate(turn.scope(frame));
  if (value === undefined) noValue(node, turn, 'null is returned');
  return value ?? null;
}

/** By name; null for each without a value. All are evaluated before any is assigned, so their order does not matter. */
export function valuesOf(
  node: Node,
  assignments: readonly Assignment[],
  frame: Frame,
  turn: ScriptTurn,
): Values {
  const scope = turn.scope(frame);
  return Object.fromEntries(
    assignments.map(({ name, value: expression }) => {
      const value = expression.evaluate(scope);
      if (value === undefined) noValue(node, turn, `${name} is set to null`);
      return [name, value ?? null];
    }),
  );
}

function noValue({ id, place }: Node, turn: ScriptTurn, consequence: string): void {
  turn.warn({ step: id, place }, `An expression has no value: ${consequence}.`);
}

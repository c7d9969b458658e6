import type { Json } from '../bot-turn.ts';
import type { Logger } from '../log.ts';
import type { Scope } from './expressions.ts';
import type { Assignment, Node } from './flow.ts';
import type { Values } from './texts.ts';

type Of<K extends Node['kind']> = Extract<Node, { kind: K }>;

/**
 * What the expressions of steps come to. One may have no value, such as a field of a variable that is not set: then it
 * counts as what is said here, and the log tells.
 */
export interface Evaluation {
  /** False without a value. */
  isTrue(node: Of<'if'>, scope: Scope): boolean;
  /** Undefined without a value. */
  chosen(node: Of<'switch'>, scope: Scope): Json | undefined;
  /** What a dialog gives to what called it; null without a value. */
  returned(node: Of<'return'>, scope: Scope): Json;
  /** By name; null for each without a value. */
  values(node: Node, assignments: readonly Assignment[], scope: Scope): Values;
}

export function createEvaluation(log: Pick<Logger, 'warn'> | undefined): Evaluation {
  const noValue = ({ id, place }: Node, consequence: string) =>
    log?.warn({ step: id, place }, `An expression has no value: ${consequence}.`);
  // All are evaluated before any is assigned, so their order does not matter.
  const values: Evaluation['values'] = (node, assignments, scope) =>
    Object.fromEntries(
      assignments.map(({ name, value: expression }) => {
        const value = expression.evaluate(scope);
        if (value === undefined) noValue(node, `${name} is set to null`);
        return [name, value ?? null];
      }),
    );
  return {
    values,
    isTrue(node, scope) {
      const value = node.condition.evaluate(scope);
      if (typeof value !== 'boolean') noValue(node, 'the condition counts as false');
      return value === true;
    },
    chosen(node, scope) {
      const value = node.value.evaluate(scope);
      if (value === undefined) noValue(node, 'no case holds');
      return value;
    },
    returned(node, scope) {
      if (Array.isArray(node.value)) return values(node, node.value, scope);
      const value = node.value.evaluate(scope);
      if (value === undefined) noValue(node, 'null is returned');
      return value ?? null;
    },
  };
}

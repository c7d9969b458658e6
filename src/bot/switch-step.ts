import type { Json } from '../bot-turn.ts';
import type { Expression } from './expressions.ts';
import type { Base, Laying, Next } from './flow.ts';
import type { Step } from './script.ts';

export interface SwitchNode {
  kind: 'switch';
  value: Expression;
  /** By the value as a text. */
  cases: ReadonlyMap<string, Next>;
  otherwise: Next;
}

export function laySwitch(
  step: Extract<Step, { switch: unknown }>,
  base: Base,
  laying: Laying,
): Base & SwitchNode {
  const { path, next } = base;
  const cases = Object.entries(step.cases);
  const otherwise = step.else ?? [];
  for (const [value, steps] of cases) laying.list(steps, [...path, 'cases', value], next);
  laying.list(otherwise, [...path, 'else'], next);
  return {
    ...base,
    kind: 'switch',
    value: laying.expression(step.switch, [...path, 'switch']),
    cases: new Map(cases.map(([value, steps]) => [value, laying.first(steps, next)])),
    otherwise: laying.first(otherwise, next),
  };
}

/** Where a value leads; a list or a map is no case of any. */
export function caseOf({ cases, otherwise }: SwitchNode, value: Json | undefined): Next {
  const found = typeof value === 'object' ? undefined : cases.get(String(value));
  return found === undefined ? otherwise : found;
}

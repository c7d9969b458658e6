import type { CheckedDialog } from '../bot/check.ts';
import type { CheckedSet } from '../bot/checked-set.ts';
import { type Expression, ROOT_CEL } from '../bot/expressions.ts';
import type { Node } from '../bot/flow.ts';
import type { Problem } from '../bot/problems.ts';
import { ANSWER_TYPES } from '../bot/question-node.ts';
import { asksWhetherSet, expressionsOf } from '../bot/reads.ts';
import { Cel, type CelType, ExpressionError } from '../cel.ts';
import { settersOf } from './variables.ts';

/**
 * Expressions whose operators cannot take what their variables hold, as far as the dialog itself says what they hold: the
 * answer to a question of a type, or a value that is written out. Such an expression never has a value.
 */
export function* typeMismatches({ dialogs }: CheckedSet): Generator<Problem> {
  for (const dialog of dialogs) {
    const typed = typedNames(dialog);
    if (typed.every(([, type]) => type === 'dyn')) continue;
    const cel = new Cel(typed, ROOT_CEL);
    for (const node of dialog.flow.nodes.values()) {
      for (const expression of expressionsOf(node)) {
        const mistake = mistakeOf(expression, cel);
        if (mistake === undefined) continue;
        const reason = `"${expression.text}" has no value: ${mistake}`;
        yield dialog.source.at(node.path, reason, 'convert one of the values', 'type_mismatch');
      }
    }
  }
}

function mistakeOf({ ast, text }: Expression, cel: Cel): string | undefined {
  // What is null, or is looked for first, may be of another type then.
  if (!ast || asksWhetherSet(ast)) return undefined;
  try {
    cel.compile(text);
  } catch (error) {
    if (error instanceof ExpressionError && error.mistake === 'type') return error.message;
  }
  return undefined;
}

function typedNames({ script, flow }: CheckedDialog): [name: string, type: CelType][] {
  return [...flow.variables].map((name) => {
    const types = settersOf(flow, name).map((node) => typeGiven(node, name));
    const [type = 'dyn'] = types;
    const isSure = !script.inputs?.includes(name) && types.every((one) => one === type);
    return [name, isSure ? type : 'dyn'];
  });
}

function typeGiven(node: Node, name: string): CelType {
  switch (node.kind) {
    case 'ask':
      return ANSWER_TYPES[node.type];
    case 'choice':
      return 'string';
    case 'confirm':
      return 'bool';
    case 'set':
      return literalType(node.assignments.find((one) => one.name === name)?.value);
    default:
      return 'dyn';
  }
}

function literalType(expression: Expression | undefined): CelType {
  const { ast } = expression ?? {};
  if (ast?.op !== 'value') return 'dyn';
  if (typeof ast.args === 'string') return 'string';
  if (typeof ast.args === 'boolean') return 'bool';
  return typeof ast.args === 'bigint' ? 'int' : 'dyn';
}

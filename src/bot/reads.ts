import { type ASTNode, partsOf } from '../cel.ts';
import type { Expression } from './expressions.ts';
import type { Node } from './flow.ts';

const known = new WeakMap<Node, readonly Expression[]>();

/** The expressions of a step, wherever it has them. Looked for once: several checks ask. */
export function expressionsOf(node: Node): readonly Expression[] {
  const found = known.get(node) ?? [...within(node)];
  known.set(node, found);
  return found;
}

function* within(value: unknown): Generator<Expression> {
  if (typeof value !== 'object' || value === null) return;
  if (isExpression(value)) yield value;
  else for (const part of Object.values(value)) yield* within(part);
}

function isExpression(value: object): value is Expression {
  return 'ast' in value && 'evaluate' in value;
}

/** The fields that an expression reads, from the name on: `["order", "found"]` for `order.found == false`. */
export function* readsOf(ast: ASTNode): Generator<string[]> {
  const chain = chainOf(ast);
  if (chain) {
    yield chain;
    return;
  }
  for (const part of partsOf(ast)) yield* readsOf(part);
}

function chainOf(ast: ASTNode): string[] | undefined {
  if (ast.op === 'id') return [ast.args];
  if (ast.op !== '.' && ast.op !== '[]') return undefined;
  const [of, field] = ast.args;
  const before = chainOf(of);
  const name = typeof field === 'string' ? field : field.op === 'value' ? field.args : undefined;
  return before && typeof name === 'string' ? [...before, name] : undefined;
}

/** The regular expressions that an expression matches texts with, as far as they are written out. */
export function* patternsOf(ast: ASTNode): Generator<string> {
  if (ast.op === 'rcall' && ast.args[0] === 'matches') {
    for (const given of ast.args[2])
      if (given.op === 'value' && typeof given.args === 'string') yield given.args;
  }
  for (const part of partsOf(ast)) yield* patternsOf(part);
}

/** Whether an expression asks if something is there: then that it is not set yet is no mistake. */
export function asksWhetherSet(ast: ASTNode): boolean {
  if (ast.op === 'value' && ast.args === null) return true;
  if (ast.op === 'call' && ast.args[0] === 'has') return true;
  return partsOf(ast).some(asksWhetherSet);
}

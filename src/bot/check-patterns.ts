import { patternMistake } from '../safe-pattern.ts';
import type { CheckedDialog } from './check.ts';
import { instead } from './nearest.ts';
import type { Path, Problem } from './problems.ts';
import { expressionsOf, patternsOf } from './reads.ts';
import type { Script } from './script.ts';
import { everyStep } from './steps.ts';

/** Patterns that cannot be read, or may run away on what a customer writes. */
export function patternProblems(dialogs: readonly CheckedDialog[]): Problem[] {
  const problems: Problem[] = [];
  const mistakes = new Map<string, ReturnType<typeof patternMistake>>();
  for (const dialog of dialogs) {
    for (const { pattern, path } of patternsIn(dialog)) {
      if (!mistakes.has(pattern)) mistakes.set(pattern, patternMistake(pattern));
      const mistake = mistakes.get(pattern);
      if (mistake === undefined) continue;
      const reason = `the pattern ${pattern} ${mistake.reason}`;
      problems.push(dialog.source.at(path, reason, mistake.remedy, 'pattern'));
    }
    problems.push(...groupProblems(dialog));
  }
  return problems;
}

function* patternsIn({ script, flow }: CheckedDialog): Generator<{ pattern: string; path: Path }> {
  yield* beginningsOf(script);
  for (const { step, path } of everyStep(script.steps, ['steps'])) {
    if ('ask' in step && step.pattern !== undefined) {
      yield { pattern: step.pattern, path: [...path, 'pattern'] };
    }
  }
  for (const node of flow.nodes.values()) {
    for (const { ast } of expressionsOf(node)) {
      for (const pattern of ast ? patternsOf(ast) : []) yield { pattern, path: node.path };
    }
  }
}

/** The patterns that begin a dialog. */
function* beginningsOf({ triggers = [] }: Script): Generator<{ pattern: string; path: Path }> {
  for (const [n, trigger] of triggers.entries()) {
    if (typeof trigger !== 'object' || !('pattern' in trigger)) continue;
    yield { pattern: trigger.pattern, path: ['triggers', n, 'pattern'] };
  }
}

/** Named groups that the dialog does not take. */
function* groupProblems({ source, script }: CheckedDialog): Generator<Problem> {
  const { inputs = [] } = script;
  for (const { pattern, path } of beginningsOf(script)) {
    for (const [, name = ''] of pattern.matchAll(/\(\?<(\w+)>/g)) {
      if (inputs.includes(name)) continue;
      const remedy = instead(name, inputs, 'add it to the inputs of the dialog');
      yield source.at(path, `the dialog takes no "${name}"`, remedy, 'unknown_variable');
    }
  }
}

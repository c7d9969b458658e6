import { RESERVED_NAMES } from './expressions.ts';
import type { Path, Problem, Source } from './problems.ts';
import type { Step } from './script.ts';

const READ_ONLY = new Set(['user.phone', 'session.number', 'session.language']);

/** Every step of a list, also those inside others, in the order of the file. */
export function* everyStep(steps: readonly Step[], path: Path): Generator<{ step: Step; path: Path }> {
  for (const [index, step] of steps.entries()) {
    const at = [...path, index];
    yield { step, path: at };
    if ('if' in step) {
      yield* everyStep(step.then, [...at, 'then']);
      yield* everyStep(step.else ?? [], [...at, 'else']);
    } else if ('handoff' in step) {
      yield* everyStep(step.on?.untaken?.do ?? [], [...at, 'on', 'untaken', 'do']);
      yield* everyStep(step.on?.returned ?? [], [...at, 'on', 'returned']);
    }
  }
}

/** The id of a step that has none. Ids that a designer gives hold no colon, so these are never theirs. */
export function derivedId(step: Step): string {
  if ('say' in step) return `say:${step.say}`;
  if ('ask' in step) return `ask:${step.ask}`;
  if ('choice' in step) return `choice:${step.choice}`;
  if ('confirm' in step) return `confirm:${step.confirm}`;
  if ('if' in step) return `if:${step.if}`;
  if ('set' in step) return `set:${Object.keys(step.set).join(',')}`;
  if ('call' in step) return `call:${step.call}`;
  if ('goto' in step) return `goto:${step.goto}`;
  if ('action' in step) return `action:${step.action}`;
  if ('handoff' in step) return `handoff:${step.handoff}`;
  return `end:${step.end}`;
}

/** What the steps set, without `user.…` and `session.…`. Tells of names that cannot be set. */
export function variablesOf(
  steps: readonly Step[],
  path: Path,
  source: Source,
  problems: Problem[],
): Set<string> {
  const variables = new Set<string>();
  for (const { step, path: at } of everyStep(steps, path)) {
    const names: [name: string, problem: (reason: string, remedy: string) => Problem][] = [];
    if ('set' in step) {
      for (const name of Object.keys(step.set)) {
        names.push([name, (...words) => source.atKey([...at, 'set'], name, ...words)]);
      }
    } else if ('as' in step && step.as !== undefined) {
      names.push([step.as, (...words) => source.at([...at, 'as'], ...words)]);
    }
    for (const [name, problem] of names) {
      if (READ_ONLY.has(name)) {
        problems.push(problem(`${name} cannot be set`, 'use another name'));
      } else if (RESERVED_NAMES.has(name)) {
        problems.push(problem(`"${name}" is a word of the language, not a variable`, 'use another name'));
      } else if (!name.includes('.')) {
        variables.add(name);
      }
    }
  }
  return variables;
}

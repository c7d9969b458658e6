import { BUILT_IN, RESERVED_NAMES } from './expressions.ts';
import type { Path, Problem, Source } from './problems.ts';
import type { Script, Step } from './script.ts';

const READ_ONLY: ReadonlySet<string> = new Set(
  Object.entries(BUILT_IN).flatMap(([root, names]) => names.map((name) => `${root}.${name}`)),
);

/** Every step of a list, also those inside others, in the order of the file. */
export function* everyStep(steps: readonly Step[], path: Path): Generator<{ step: Step; path: Path }> {
  for (const [index, step] of steps.entries()) {
    const at = [...path, index];
    yield { step, path: at };
    if ('onNoReply' in step) {
      yield* everyStep(step.onNoReply?.then ?? [], [...at, 'onNoReply', 'then']);
    }
    if ('onInvalid' in step) yield* everyStep(step.onInvalid ?? [], [...at, 'onInvalid']);
    if ('if' in step) {
      yield* everyStep(step.then, [...at, 'then']);
      yield* everyStep(step.else ?? [], [...at, 'else']);
    } else if ('switch' in step) {
      for (const [value, inner] of Object.entries(step.cases)) {
        yield* everyStep(inner, [...at, 'cases', value]);
      }
      yield* everyStep(step.else ?? [], [...at, 'else']);
    } else if ('http' in step) {
      yield* everyStep(step.onError ?? [], [...at, 'onError']);
    } else if ('handoff' in step) {
      yield* everyStep(step.on?.untaken?.do ?? [], [...at, 'on', 'untaken', 'do']);
      for (const branch of ['closed', 'returned', 'cancelled'] as const) {
        yield* everyStep(step.on?.[branch] ?? [], [...at, 'on', branch]);
      }
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
  if ('switch' in step) return `switch:${step.switch}`;
  if ('call' in step) return `call:${step.call}`;
  if ('goto' in step) return `goto:${step.goto}`;
  if ('http' in step) return `http:${step.http}`;
  if ('action' in step) return `action:${step.action}`;
  if ('handoff' in step) return `handoff:${step.handoff}`;
  if ('wait' in step) return `wait:${step.wait}`;
  if ('return' in step) {
    const { return: value } = step;
    return `return:${typeof value === 'object' && value !== null ? Object.keys(value).join(',') : value}`;
  }
  return `end:${step.end}`;
}

/** What a dialog is given and its steps set, without `user.…` and `session.…`. Tells of names that cannot be set. */
export function variablesOf(
  { inputs = [], steps }: Pick<Script, 'inputs' | 'steps'>,
  source: Source,
  problems: Problem[],
): Set<string> {
  const variables = new Set<string>();
  const take = (name: string, problem: (reason: string, remedy: string) => Problem) => {
    if (READ_ONLY.has(name)) {
      problems.push(problem(`${name} cannot be set`, 'use another name'));
    } else if (RESERVED_NAMES.has(name)) {
      problems.push(problem(`"${name}" is a word of the language, not a variable`, 'use another name'));
    } else if (!name.includes('.')) {
      variables.add(name);
    }
  };
  for (const [n, name] of inputs.entries()) {
    take(name, (...words) => source.at(['inputs', n], ...words, 'reserved_name'));
  }
  for (const { step, path: at } of everyStep(steps, ['steps'])) {
    if ('set' in step) {
      for (const name of Object.keys(step.set)) {
        take(name, (...words) => source.atKey([...at, 'set'], name, ...words, 'reserved_name'));
      }
    } else if ('as' in step && step.as !== undefined) {
      take(step.as, (...words) => source.at([...at, 'as'], ...words, 'reserved_name'));
    }
  }
  return variables;
}

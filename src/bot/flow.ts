import { ExpressionError } from '../cel.ts';
import { type Expression, Expressions, ROOTS } from './expressions.ts';
import { instead } from './nearest.ts';
import type { Path, Problem, Source } from './problems.ts';
import { type ExpressionSource, milliseconds, type Script, type Step } from './script.ts';
import { derivedId, everyStep, variablesOf } from './steps.ts';

/**
 * Where a dialog goes on: at the step with this id; or, when null, back to what called it; or it stays at a handoff
 * that still waits for an agent.
 */
export type Next = string | null | { waitAt: string };

interface Base {
  id: string;
  /** `dialogs/main.yaml:7`, for the log. */
  place: string;
  path: Path;
  next: Next;
}

export interface Assignment {
  name: string;
  value: Expression;
}

export interface Option {
  value: string;
  label: string;
  words: string | undefined;
  next: Next;
}

/** A step as the interpreter takes it: targets found, expressions compiled. */
export type Node = Base &
  (
    | { kind: 'say'; key: string; alone: boolean }
    | { kind: 'ask'; key: string; as: string; type: 'text' | 'number'; retries: number }
    | { kind: 'choice'; key: string; as: string | undefined; options: Option[]; retries: number }
    | { kind: 'confirm'; key: string; as: string | undefined; yes: Next; no: Next; retries: number }
    | { kind: 'if'; condition: Expression; whenTrue: Next; whenFalse: Next }
    | { kind: 'set'; assignments: Assignment[] }
    | { kind: 'call'; dialog: string; as: string | undefined }
    | { kind: 'goto' }
    | { kind: 'action'; action: string; input: Assignment[]; as: string | undefined }
    | {
        kind: 'handoff';
        queue: string;
        reason: string;
        summary: string;
        /** `after` in milliseconds. */
        untaken: { after: number; first: Next } | undefined;
        returned: Next;
      }
    | { kind: 'end'; outcome: string }
  );

export type Question = Extract<Node, { kind: 'ask' | 'choice' | 'confirm' }>;

/** The steps of one dialog by their ids, in the order of the file. */
export interface Flow {
  first: Next;
  nodes: Map<string, Node>;
  /** What `as` and `set` name, without `user.…` and `session.…`. */
  variables: Set<string>;
}

/** Wrong answers in a row that a question takes before the bot gives up: with the first, three tries. */
const DEFAULT_RETRIES = 2;

/**
 * Lays the nested steps of a script out flat. A step without an id gets one made of its kind and main value, such as
 * `say:welcome`, the second of a kind `say:welcome#2`: an inserted step does not move the ids of others, as numbers or
 * places would, so that conversations in progress find their step again.
 */
export function layOut(script: Script, source: Source, problems: Problem[]): Flow {
  const variables = variablesOf(script.steps, ['steps'], source, problems);
  return new Layout(source, problems, variables).flow(script);
}

class Layout {
  readonly #source: Source;
  readonly #problems: Problem[];
  readonly #variables: Set<string>;
  readonly #expressions: Expressions;
  readonly #nodes = new Map<string, Node>();
  readonly #ids = new Map<Step, string>();
  readonly #named = new Set<string>();

  constructor(source: Source, problems: Problem[], variables: Set<string>) {
    this.#source = source;
    this.#problems = problems;
    this.#variables = variables;
    this.#expressions = new Expressions(variables);
  }

  flow(script: Script): Flow {
    for (const { step, path } of everyStep(script.steps, ['steps'])) this.#identify(step, path);
    this.#list(script.steps, ['steps'], null);
    return { first: this.#first(script.steps, null), nodes: this.#nodes, variables: this.#variables };
  }

  #identify(step: Step, path: Path): void {
    if (step.id === undefined) {
      const plain = derivedId(step);
      let id = plain;
      for (let n = 2; this.#named.has(id); n += 1) id = `${plain}#${n}`;
      this.#named.add(id);
      this.#ids.set(step, id);
      return;
    }
    if (this.#named.has(step.id)) {
      this.#report([...path, 'id'], `two steps have the id "${step.id}"`, 'rename one of them');
    }
    this.#named.add(step.id);
    this.#ids.set(step, step.id);
  }

  #idOf(step: Step): string {
    return this.#ids.get(step) ?? derivedId(step);
  }

  #first(steps: readonly Step[], next: Next): Next {
    const [first] = steps;
    return first === undefined ? next : this.#idOf(first);
  }

  /** `after` is where the last of the steps leads. */
  #list(steps: readonly Step[], path: Path, after: Next): void {
    steps.forEach((step, index) => {
      const following = steps[index + 1];
      const node = this.#node(step, [...path, index], following ? this.#idOf(following) : after);
      this.#nodes.set(node.id, node);
    });
  }

  #node(step: Step, path: Path, next: Next): Node {
    const base = { id: this.#idOf(step), place: this.#source.place(path), path, next };
    if ('say' in step) return { ...base, kind: 'say', key: step.say, alone: step.alone ?? false };
    if ('ask' in step) {
      const { ask: key, as, type = 'text', retries = DEFAULT_RETRIES } = step;
      return { ...base, kind: 'ask', key, as, type, retries };
    }
    if ('choice' in step) {
      const { choice: key, as, retries = DEFAULT_RETRIES } = step;
      const options = step.options.map(({ value, label, words, goto }, n) => ({
        value,
        label,
        words,
        next: this.#target(goto, [...path, 'options', n, 'goto'], next),
      }));
      return { ...base, kind: 'choice', key, as, options, retries };
    }
    if ('confirm' in step) {
      const yes = this.#target(step.yes, [...path, 'yes'], next);
      const no = this.#target(step.no, [...path, 'no'], next);
      const { confirm: key, as, retries = DEFAULT_RETRIES } = step;
      return { ...base, kind: 'confirm', key, as, yes, no, retries };
    }
    if ('if' in step) {
      const otherwise = step.else ?? [];
      this.#list(step.then, [...path, 'then'], next);
      this.#list(otherwise, [...path, 'else'], next);
      const condition = this.#expression(step.if, [...path, 'if'], 'bool');
      return {
        ...base,
        kind: 'if',
        condition,
        whenTrue: this.#first(step.then, next),
        whenFalse: this.#first(otherwise, next),
      };
    }
    if ('set' in step) {
      return { ...base, kind: 'set', assignments: this.#assignments(step.set, [...path, 'set']) };
    }
    if ('call' in step) return { ...base, kind: 'call', dialog: step.call, as: step.as };
    if ('goto' in step) {
      return { ...base, kind: 'goto', next: this.#target(step.goto, [...path, 'goto'], next) };
    }
    if ('action' in step) {
      const input = this.#assignments(step.input ?? {}, [...path, 'input']);
      return { ...base, kind: 'action', action: step.action, input, as: step.as };
    }
    if ('end' in step) return { ...base, kind: 'end', outcome: step.end };
    return this.#handoff(step, base);
  }

  #handoff(step: Extract<Step, { handoff: string }>, base: Base): Node {
    const { untaken, returned = [] } = step.on ?? {};
    const on = [...base.path, 'on'];
    this.#list(returned, [...on, 'returned'], base.next);
    const waiting = { waitAt: base.id };
    if (untaken) {
      for (const { step: inner, path } of everyStep(untaken.do, [...on, 'untaken', 'do'])) {
        const kind = ['ask', 'choice', 'confirm', 'call', 'goto', 'handoff'].find((name) => name in inner);
        if (kind === undefined) continue;
        const reason = `${kind} cannot stand in untaken: the conversation still waits for an agent`;
        this.#report([...path, kind], reason, 'use say, set, if, action or end here');
      }
      this.#list(untaken.do, [...on, 'untaken', 'do'], waiting);
    }
    return {
      ...base,
      kind: 'handoff',
      queue: step.handoff,
      reason: step.reason,
      summary: step.summary,
      untaken: untaken && { after: milliseconds(untaken.after), first: this.#first(untaken.do, waiting) },
      returned: this.#first(returned, base.next),
    };
  }

  #target(goto: string | undefined, path: Path, next: Next): Next {
    if (goto === undefined) return next;
    if (this.#named.has(goto)) return goto;
    const named = [...this.#named].filter((id) => !id.includes(':'));
    const remedy = instead(goto, named, 'give the step that is meant an id');
    this.#report(path, `no step of this dialog has the id "${goto}"`, remedy);
    return next;
  }

  #assignments(entries: { [name: string]: ExpressionSource }, path: Path): Assignment[] {
    return Object.entries(entries).map(([name, source]) => ({
      name,
      value: this.#expression(source, [...path, name]),
    }));
  }

  #expression(source: ExpressionSource, path: Path, wanted?: 'bool'): Expression {
    const written = this.#source.written(path) ?? '';
    if (typeof source === 'number' && /^[+-]?0\d|^\+/.test(written)) {
      this.#report(path, `${written} is read as the number ${source}`, `for a text write '"${written}"'`);
    }
    try {
      return this.#expressions.compile(source, wanted);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const remedy =
        error.unknown === undefined
          ? 'see the section on expressions in docs/dialogs.md'
          : instead(error.unknown, [...this.#variables, ...ROOTS], 'set it before');
      const where = error.offset > 0 ? ` at character ${error.offset + 1}` : '';
      this.#report(path, `"${source}" is no valid expression${where}: ${error.message}`, remedy);
      return { evaluate: () => undefined };
    }
  }

  #report(path: Path, reason: string, remedy: string): void {
    this.#problems.push(this.#source.at(path, reason, remedy));
  }
}

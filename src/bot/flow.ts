import { type CelType, ExpressionError, type ExpressionMistake, type WantedType } from '../cel.ts';
import type { ActionNode } from './action-step.ts';
import { type Expression, Expressions } from './expressions.ts';
import { type HandoffNode, layHandoff } from './handoff-step.ts';
import { type HttpNode, layHttp } from './http-step.ts';
import { instead, nearest } from './nearest.ts';
import type { Path, Problem, Source } from './problems.ts';
import { type QuestionNode, questionNode } from './question-node.ts';
import type { RuleCode } from './rules.ts';
import type { Script, Step } from './script.ts';
import { type ExpressionSource, milliseconds } from './script-fields.ts';
import { derivedId, everyStep, variablesOf } from './steps.ts';
import { laySwitch, type SwitchNode } from './switch-step.ts';

/**
 * Where a dialog goes on: at the step with this id; or, when null, back to what called it; or it stays at a handoff
 * that still waits for an agent.
 */
export type Next = string | null | { waitAt: string };

export interface Base {
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

/** A step as the interpreter takes it: targets found, expressions compiled. */
export type Node = Base &
  (
    | { kind: 'say'; key: string; alone: boolean }
    | QuestionNode
    | { kind: 'if'; condition: Expression; whenTrue: Next; whenFalse: Next }
    | { kind: 'set'; assignments: Assignment[] }
    | SwitchNode
    | { kind: 'call'; dialog: string; with: Assignment[]; as: string | undefined }
    /** An expression, or the names and expressions of a map. */
    | { kind: 'return'; value: Expression | Assignment[] }
    | { kind: 'goto' }
    | ActionNode
    | HttpNode
    | HandoffNode
    /** Milliseconds. */
    | { kind: 'wait'; time: number }
    | { kind: 'end'; outcome: string; survey: boolean }
  );

/** The steps of one dialog by their ids, in the order of the file. */
export interface Flow {
  first: Next;
  nodes: Map<string, Node>;
  /** What `as` and `set` name, without `user.…` and `session.…`. */
  variables: Set<string>;
}

/**
 * Lays the nested steps of a script out flat. A step without an id gets one made of its kind and main value, such as
 * `say:welcome`, the second of a kind `say:welcome#2`: an inserted step does not move the ids of others, as numbers or
 * places would, so that conversations in progress find their step again.
 */
export function layOut(script: Script, source: Source, problems: Problem[]): Flow {
  const variables = variablesOf(script, source, problems);
  return new Layout(source, problems, variables).flow(script);
}

function isMap<T extends object>(value: T | string | number | boolean | null): value is T {
  return typeof value === 'object' && value !== null;
}

const SEE_EXPRESSIONS = 'see the section on expressions in docs/dialogs.md';

const RULE_OF: Record<ExpressionMistake, RuleCode> = {
  syntax: 'expression',
  variable: 'unknown_variable',
  function: 'unknown_function',
  type: 'expression_type',
};

/** What the layout of a single kind of step may ask of the whole. */
export interface Laying {
  readonly variables: ReadonlySet<string>;
  /** Lays out nested steps; `after` is where the last of them leads. */
  list(steps: readonly Step[], path: Path, after: Next): void;
  /** Where the steps begin, or `next` when there are none. */
  first(steps: readonly Step[], next: Next): Next;
  target(goto: string | undefined, path: Path, next: Next): Next;
  /** `within`: another set of names than the dialog's own. */
  expression(source: ExpressionSource, path: Path, wanted?: WantedType, within?: Expressions): Expression;
  assignments(entries: { [name: string]: ExpressionSource }, path: Path): Assignment[];
  /** An expression that is true or false, over an answer of a type, which it calls `value`. */
  condition(source: ExpressionSource, path: Path, value: CelType): Expression;
  report(path: Path, reason: string, remedy: string, rule?: RuleCode): void;
}

class Layout implements Laying {
  readonly #source: Source;
  readonly #problems: Problem[];
  readonly variables: Set<string>;
  readonly #expressions: Expressions;
  readonly #nodes = new Map<string, Node>();
  readonly #ids = new Map<Step, string>();
  readonly #named = new Set<string>();

  constructor(source: Source, problems: Problem[], variables: Set<string>) {
    this.#source = source;
    this.#problems = problems;
    this.variables = variables;
    this.#expressions = new Expressions(variables);
  }

  flow(script: Script): Flow {
    for (const { step, path } of everyStep(script.steps, ['steps'])) this.#identify(step, path);
    this.list(script.steps, ['steps'], null);
    return { first: this.first(script.steps, null), nodes: this.#nodes, variables: this.variables };
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
      this.report(
        [...path, 'id'],
        `two steps have the id "${step.id}"`,
        'rename one of them',
        'duplicate_id',
      );
    }
    this.#named.add(step.id);
    this.#ids.set(step, step.id);
  }

  #idOf(step: Step): string {
    return this.#ids.get(step) ?? derivedId(step);
  }

  first(steps: readonly Step[], next: Next): Next {
    const [first] = steps;
    return first === undefined ? next : this.#idOf(first);
  }

  list(steps: readonly Step[], path: Path, after: Next): void {
    steps.forEach((step, index) => {
      const following = steps[index + 1];
      const node = this.#node(step, [...path, index], following ? this.#idOf(following) : after);
      this.#nodes.set(node.id, node);
    });
  }

  #node(step: Step, path: Path, next: Next): Node {
    const base = { id: this.#idOf(step), place: this.#source.place(path), path, next };
    if ('say' in step) return { ...base, kind: 'say', key: step.say, alone: step.alone ?? false };
    if ('ask' in step || 'choice' in step || 'confirm' in step) return questionNode(step, base, this);
    if ('if' in step) {
      const otherwise = step.else ?? [];
      this.list(step.then, [...path, 'then'], next);
      this.list(otherwise, [...path, 'else'], next);
      const condition = this.expression(step.if, [...path, 'if'], 'bool');
      return {
        ...base,
        kind: 'if',
        condition,
        whenTrue: this.first(step.then, next),
        whenFalse: this.first(otherwise, next),
      };
    }
    if ('set' in step) {
      return { ...base, kind: 'set', assignments: this.assignments(step.set, [...path, 'set']) };
    }
    if ('switch' in step) return laySwitch(step, base, this);
    if ('call' in step) {
      const given = this.assignments(step.with ?? {}, [...path, 'with']);
      return { ...base, kind: 'call', dialog: step.call, with: given, as: step.as };
    }
    if ('return' in step) {
      const at = [...path, 'return'];
      const value = isMap(step.return) ? this.assignments(step.return, at) : this.expression(step.return, at);
      return { ...base, next: null, kind: 'return', value };
    }
    if ('goto' in step) {
      return { ...base, kind: 'goto', next: this.target(step.goto, [...path, 'goto'], next) };
    }
    if ('http' in step) return layHttp(step, base, this);
    if ('action' in step) {
      const input = this.assignments(step.input ?? {}, [...path, 'input']);
      const timeout = milliseconds(step.timeout ?? '10s');
      return { ...base, kind: 'action', action: step.action, input, timeout, as: step.as };
    }
    if ('wait' in step) return { ...base, kind: 'wait', time: milliseconds(step.wait) };
    if ('end' in step) return { ...base, kind: 'end', outcome: step.end, survey: step.survey ?? false };
    return layHandoff(step, base, this);
  }

  target(goto: string | undefined, path: Path, next: Next): Next {
    if (goto === undefined) return next;
    if (this.#named.has(goto)) return goto;
    const named = [...this.#named].filter((id) => !id.includes(':'));
    const remedy = instead(goto, named, 'give the step that is meant an id');
    this.report(path, `no step of this dialog has the id "${goto}"`, remedy, 'unknown_step');
    return next;
  }

  assignments(entries: { [name: string]: ExpressionSource }, path: Path): Assignment[] {
    return Object.entries(entries).map(([name, source]) => ({
      name,
      value: this.expression(source, [...path, name]),
    }));
  }

  expression(
    source: ExpressionSource,
    path: Path,
    wanted?: WantedType,
    within: Expressions = this.#expressions,
  ): Expression {
    const written = this.#source.written(path) ?? '';
    if (typeof source === 'number' && /^[+-]?0\d|^\+/.test(written)) {
      this.report(path, `${written} is read as the number ${source}`, `for a text write '"${written}"'`);
    }
    try {
      return within.compile(source, wanted);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const where = error.offset > 0 ? ` at character ${error.offset + 1}` : '';
      const reason = `"${source}" is no valid expression${where}: ${error.message}`;
      this.report(path, reason, this.#remedyFor(error, within), RULE_OF[error.mistake]);
      return { text: String(source), ast: undefined, evaluate: () => undefined };
    }
  }

  condition(source: ExpressionSource, path: Path, value: CelType): Expression {
    const expressions = new Expressions(this.variables, [['value', value]]);
    return this.expression(source, path, 'bool', expressions);
  }

  #remedyFor({ unknown, mistake }: ExpressionError, { names }: Expressions): string {
    if (unknown === undefined) return SEE_EXPRESSIONS;
    if (mistake === 'variable') return instead(unknown, names, 'set it before');
    const near = nearest(unknown, this.#expressions.functions());
    return near === undefined ? SEE_EXPRESSIONS : `write ${near}`;
  }

  report(path: Path, reason: string, remedy: string, rule?: RuleCode): void {
    this.#problems.push(this.#source.at(path, reason, remedy, rule));
  }
}

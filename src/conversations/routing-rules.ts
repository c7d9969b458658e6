import { ExpressionError } from '../cel.ts';
import { SwitchboardError } from '../errors.ts';
import type { RouteRule, RuleOutput, WorkstreamSettings } from '../store/workstream.ts';
import { type Condition, compileCondition } from './routing-condition.ts';

/** As Dynamics 365 has them. */
export const ROUTING_LIMITS = { rulesets: 10, rules: 100, split: 5 } as const;

export interface CompiledRule {
  name: string;
  when: Condition;
  set: RuleOutput;
}

type Share = RouteRule['to'][number];

export interface CompiledRoute {
  name: string;
  when: Condition;
  /** The percentages add up to 100. */
  to: readonly [Share, ...Share[]];
}

export interface CompiledRouting {
  classification: { name: string; rules: CompiledRule[] }[];
  routes: CompiledRoute[];
}

type Rules = Pick<WorkstreamSettings, 'classification' | 'routes'>;

/** A mistake and where it is, such as `routes.0.when`. */
export interface RuleProblem {
  path: string;
  message: string;
}

/**
 * Checks the rules of a workstream and makes them ready to be asked.
 *
 * @throws SwitchboardError `invalid_request`, its `details.problems` those of `routingProblems`.
 */
export function compileRouting(rules: Rules): CompiledRouting {
  const { compiled, problems } = checked(rules);
  if (problems.length > 0)
    throw new SwitchboardError('invalid_request', undefined, { details: { problems } });
  return compiled;
}

/**
 * Each condition that is wrong, percentages that do not add up to 100, a queue twice in one split, and names that stand
 * twice.
 */
export function routingProblems(rules: Rules): RuleProblem[] {
  return checked(rules).problems;
}

function checked({ classification, routes }: Rules): { compiled: CompiledRouting; problems: RuleProblem[] } {
  const problems: RuleProblem[] = [];
  const refuse = (path: string, message: string) => problems.push({ path, message });
  const compiled: CompiledRouting = { classification: [], routes: [] };

  for (const [n, { name, rules }] of classification.entries()) {
    const ready: CompiledRule[] = [];
    for (const [m, rule] of rules.entries()) {
      const when = compiledOr(refuse, `classification.${n}.rules.${m}.when`, rule.when);
      if (when) ready.push({ ...rule, when });
    }
    refuseDoubles(refuse, rules, (m) => `classification.${n}.rules.${m}.name`);
    compiled.classification.push({ name, rules: ready });
  }
  refuseDoubles(refuse, classification, (n) => `classification.${n}.name`);

  for (const [n, { name, when: text, to }] of routes.entries()) {
    const when = compiledOr(refuse, `routes.${n}.when`, text);
    const [first, ...others] = to;
    if (when && first) compiled.routes.push({ name, when, to: [first, ...others] });
    refuseSplit(refuse, `routes.${n}.to`, to);
  }
  refuseDoubles(refuse, routes, (n) => `routes.${n}.name`);
  return { compiled, problems };
}

function refuseSplit(refuse: Refuse, path: string, to: RouteRule['to']): void {
  const sum = to.reduce((all, { percent }) => all + percent, 0);
  if (sum !== 100) refuse(path, `The percentages add up to ${sum}, not to 100.`);
  for (const [m, { queueId }] of to.entries()) {
    if (to.findIndex((other) => other.queueId === queueId) < m) {
      refuse(`${path}.${m}.queueId`, 'The queue stands in the split before.');
    }
  }
}

/** Each queue that rules name, in a split or in a condition such as `open.support`, and where. */
export function queuesNamedIn({ classification, routes }: Rules): { path: string; queueId: string }[] {
  const conditions = [
    ...classification.flatMap(({ rules }, n) =>
      rules.map(({ when }, m) => ({ path: `classification.${n}.rules.${m}.when`, when })),
    ),
    ...routes.map(({ when }, n) => ({ path: `routes.${n}.when`, when })),
  ];
  return [
    ...conditions.flatMap(({ path, when }) => {
      const condition = compiledOr(() => {}, path, when);
      return (condition?.queueIds ?? []).map((queueId) => ({ path, queueId }));
    }),
    ...routes.flatMap(({ to }, n) =>
      to.map(({ queueId }, m) => ({ path: `routes.${n}.to.${m}.queueId`, queueId })),
    ),
  ];
}

type Refuse = (path: string, message: string) => void;

function compiledOr(refuse: Refuse, path: string, text: string): Condition | undefined {
  try {
    return compileCondition(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    refuse(path, `At character ${error.offset + 1}: ${error.message}`);
    return undefined;
  }
}

function refuseDoubles(refuse: Refuse, named: { name: string }[], pathOf: (n: number) => string): void {
  const seen = new Set<string>();
  for (const [n, { name }] of named.entries()) {
    if (seen.has(name)) refuse(pathOf(n), 'The name stands before.');
    seen.add(name);
  }
}

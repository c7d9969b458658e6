import type { RuleOutput } from '../store/workstream.ts';
import { type Condition, type RoutingRoots, type RoutingScope, scopeOf } from './routing-condition.ts';
import type { CompiledRoute, CompiledRouting } from './routing-rules.ts';
import { type QueueReason, type TraceEntry, TraceNotes } from './routing-trace.ts';

export interface RoutingFacts extends RoutingRoots {
  /** Whether there is such a queue now. */
  exists: (queueId: string) => boolean;
  /** Where the workstream's handoffs go that nothing sends elsewhere. Not looked at: it has to be there. */
  fallbackQueueId: string;
}

export interface Routed {
  queueId: string;
  /** Undefined when no rule has set one. */
  priority: number | undefined;
  /** Those of the facts, then those that rules have added; each once. */
  skills: string[];
  /** What rules have set. */
  variables: NonNullable<RuleOutput['variables']>;
  /** Every decision, and the rules before it as far as there is room. Its names may hold a dot: keep it as JSON. */
  trace: TraceEntry[];
}

/**
 * To which queue a handoff goes, and as what. The first rule of each ruleset that holds gives its output, and later
 * rules see it; skills add up, priority and variables are those set last. Then the first route that holds names the
 * queue, by `random` (0 ≤ n < 1) when it splits. When none holds it is the queue that the dialog asked for, else the
 * fallback queue. A rule that has no value, is not true or false, or sends to a queue that is gone is an error: the
 * later rules of its ruleset are not asked, since it might have been the first that holds, and the handoff goes to the
 * fallback queue (as Dynamics 365 has it). Never throws.
 */
export function route(rules: CompiledRouting, facts: RoutingFacts, random: () => number): Routed {
  const trace = new TraceNotes(rules.classification.length + 2);
  const { output, failed } = classify(rules, facts, trace);
  const sentTo = failed ? 'failed' : routeOf(rules, facts, output, trace, random);
  const decision = queueOf(sentTo, facts);
  trace.note({
    step: 'queue',
    values: { queue: facts.queue },
    result: decision.because === 'error' || decision.because === 'no_such_queue' ? 'failed' : 'held',
    decision,
  });
  return { queueId: decision.queueId, ...output, trace: trace.entries };
}

type Output = Pick<Routed, 'priority' | 'skills' | 'variables'>;

/** The later rulesets are asked after a failure too: the agent is to see as much as is known. */
function classify(
  { classification }: CompiledRouting,
  facts: RoutingFacts,
  trace: TraceNotes,
): { output: Output; failed: boolean } {
  let output: Output = { priority: undefined, skills: [...new Set(facts.skills)], variables: {} };
  let scope = scopeWith(facts, output);
  let failed = false;
  for (const { name, rules } of classification) {
    const asked = { step: 'classification', ruleset: name } as const;
    const first = firstThatHolds(rules, scope, asked, trace);
    if (first === 'failed') failed = true;
    else if (first) {
      const { set } = first.rule;
      trace.note({ ...first.entry, result: 'held', decision: set });
      output = withOutput(output, set);
      scope = scopeWith(facts, output);
    }
  }
  return { output, failed };
}

function routeOf(
  { routes }: CompiledRouting,
  facts: RoutingFacts,
  output: Output,
  trace: TraceNotes,
  random: () => number,
): { queueId: string } | 'failed' | undefined {
  const first = firstThatHolds(routes, scopeWith(facts, output), { step: 'route' }, trace);
  if (first === 'failed' || !first) return first;
  const decision = { queueId: drawn(first.rule.to, random) };
  if (facts.exists(decision.queueId)) {
    trace.note({ ...first.entry, result: 'held', decision });
    return decision;
  }
  trace.note({ ...first.entry, result: 'failed', problem: 'no_such_queue', decision });
  return 'failed';
}

function queueOf(
  sentTo: { queueId: string } | 'failed' | undefined,
  { queue, exists, fallbackQueueId }: RoutingFacts,
): { queueId: string; because: QueueReason } {
  if (sentTo === 'failed') return { queueId: fallbackQueueId, because: 'error' };
  if (sentTo) return { queueId: sentTo.queueId, because: 'rule' };
  if (queue === null) return { queueId: fallbackQueueId, because: 'no_rule' };
  if (exists(queue)) return { queueId: queue, because: 'asked_for' };
  return { queueId: fallbackQueueId, because: 'no_such_queue' };
}

/** Notes the rules that do not hold and one that fails; what is decided is the caller's to note. */
function firstThatHolds<Rule extends { name: string; when: Condition }>(
  rules: readonly Rule[],
  scope: RoutingScope,
  asked: Pick<TraceEntry, 'step' | 'ruleset'>,
  trace: TraceNotes,
): { rule: Rule; entry: Omit<TraceEntry, 'result'> } | 'failed' | undefined {
  for (const rule of rules) {
    const { name, when } = rule;
    const value = when.evaluate(scope);
    const entry = () => ({ ...asked, rule: name, expression: when.text, values: when.valuesIn(scope) });
    if (value === true) return { rule, entry: entry() };
    if (value === false) trace.passed(() => ({ ...entry(), result: 'did_not_hold' }));
    else {
      trace.note({ ...entry(), result: 'failed', problem: value });
      return 'failed';
    }
  }
  return undefined;
}

function drawn([first, ...others]: CompiledRoute['to'], random: () => number): string {
  let { queueId } = first;
  if (others.length === 0) return queueId;
  let left = random() * 100 - first.percent;
  for (const share of others) {
    if (left < 0) break;
    queueId = share.queueId;
    left -= share.percent;
  }
  return queueId;
}

function scopeWith(facts: RoutingFacts, { priority, skills, variables }: Output): RoutingScope {
  return scopeOf({
    ...facts,
    skills,
    priority: priority ?? facts.priority,
    vars: { ...facts.vars, ...variables },
  });
}

function withOutput(before: Output, { priority, skills = [], variables = {} }: RuleOutput): Output {
  return {
    priority: priority ?? before.priority,
    skills: [...new Set([...before.skills, ...skills])],
    variables: { ...before.variables, ...variables },
  };
}

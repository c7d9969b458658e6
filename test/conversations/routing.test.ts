import { expect } from 'chai';
import fc from 'fast-check';
import { type RoutingFacts, route } from '../../src/conversations/routing.ts';
import { compileRouting } from '../../src/conversations/routing-rules.ts';
import { MAX_TRACE } from '../../src/conversations/routing-trace.ts';
import { SwitchboardError } from '../../src/errors.ts';
import type { RouteRule, RuleOutput, Ruleset, WorkstreamSettings } from '../../src/store/workstream.ts';
import { seeded } from '../support/random.ts';

const QUEUES = ['support', 'sales', 'billing', 'late'];

function facts(some: Partial<RoutingFacts> = {}): RoutingFacts {
  return {
    customer: '34600100200',
    number: '15550109999',
    locale: 'es',
    reason: 'customer_asked',
    vars: { topic: 'order' },
    skills: [],
    priority: 0,
    time: { hour: 10, minute: 0, weekday: 2, date: '2026-11-24' },
    queue: null,
    open: { support: true, sales: false },
    waiting: { support: 0, sales: 4 },
    exists: (queueId) => QUEUES.includes(queueId),
    fallbackQueueId: 'support',
    ...some,
  };
}

const never = () => expect.fail('nothing to draw');
const only = (queueId: string) => [{ queueId, percent: 100 }];

function routed(
  rules: Partial<Pick<WorkstreamSettings, 'classification' | 'routes'>>,
  some: Partial<RoutingFacts> = {},
  random: () => number = never,
) {
  return route(compileRouting({ classification: [], routes: [], ...rules }), facts(some), random);
}

describe('routing', () => {
  it('takes the first route that holds', () => {
    const routes: RouteRule[] = [
      { name: 'Late', when: 'time.hour >= 20', to: only('late') },
      { name: 'Orders', when: 'vars.topic == "order"', to: only('sales') },
      { name: 'All', when: 'true', to: only('billing') },
    ];
    expect(routed({ routes })).to.deep.equal({
      queueId: 'sales',
      priority: undefined,
      skills: [],
      variables: {},
      trace: [
        {
          step: 'route',
          rule: 'Late',
          expression: 'time.hour >= 20',
          values: { 'time.hour': 10 },
          result: 'did_not_hold',
        },
        {
          step: 'route',
          rule: 'Orders',
          expression: 'vars.topic == "order"',
          values: { 'vars.topic': 'order' },
          result: 'held',
          decision: { queueId: 'sales' },
        },
        {
          step: 'queue',
          values: { queue: null },
          result: 'held',
          decision: { queueId: 'sales', because: 'rule' },
        },
      ],
    });
  });

  it('goes where the dialog asked when no route holds, if there is such a queue, else to the fallback queue', () => {
    const routes: RouteRule[] = [{ name: 'None', when: 'false', to: only('late') }];
    const last = (queue: string | null) => {
      const { queueId, trace } = routed({ routes }, { queue });
      return [queueId, trace.at(-1)?.result, trace.at(-1)?.decision];
    };
    expect(last('billing')).to.deep.equal(['billing', 'held', { queueId: 'billing', because: 'asked_for' }]);
    expect(last(null)).to.deep.equal(['support', 'held', { queueId: 'support', because: 'no_rule' }]);
    expect(last('gone')).to.deep.equal([
      'support',
      'failed',
      { queueId: 'support', because: 'no_such_queue' },
    ]);
  });

  it('classifies ruleset by ruleset, each with what the ones before have set', () => {
    const classification: Ruleset[] = [
      {
        name: 'Kind',
        rules: [
          { name: 'Other', when: 'vars.topic == "other"', set: { priority: 9 } },
          {
            name: 'Order',
            when: 'vars.topic == "order"',
            set: { priority: 3, skills: ['orders', 'es'], variables: { kind: 'parcel', topic: 'changed' } },
          },
          { name: 'Any', when: 'true', set: { priority: 7 } },
        ],
      },
      {
        name: 'More',
        rules: [
          {
            name: 'Parcel',
            when: 'vars.kind == "parcel" && vars.topic == "changed" && priority == 3 && "orders" in skills',
            set: { skills: ['orders', 'parcels'], variables: { vip: true } },
          },
        ],
      },
    ];
    const routes: RouteRule[] = [
      { name: 'VIP', when: 'vars.vip && priority == 3 && "parcels" in skills', to: only('billing') },
    ];
    const { trace, ...result } = routed({ classification, routes }, { skills: ['es'], priority: 1 });
    expect(result).to.deep.equal({
      queueId: 'billing',
      priority: 3,
      skills: ['es', 'orders', 'parcels'],
      variables: { kind: 'parcel', topic: 'changed', vip: true },
    });
    expect(trace.map(({ ruleset, rule, result: outcome }) => [ruleset, rule, outcome])).to.deep.equal([
      ['Kind', 'Other', 'did_not_hold'],
      ['Kind', 'Order', 'held'],
      ['More', 'Parcel', 'held'],
      [undefined, 'VIP', 'held'],
      [undefined, undefined, 'held'],
    ]);
    expect(trace[1]?.decision).to.deep.equal(classification[0]?.rules[1]?.set);
  });

  it('goes to the fallback queue when a rule fails, and still classifies the rest', () => {
    const classification: Ruleset[] = [
      {
        name: 'Broken',
        rules: [
          { name: 'No color', when: 'vars.color == "red"', set: {} },
          { name: 'Any', when: 'true', set: { priority: 1 } },
        ],
      },
      { name: 'Good', rules: [{ name: 'Any', when: 'true', set: { skills: ['es'] } }] },
    ];
    const routes: RouteRule[] = [{ name: 'All', when: 'true', to: only('billing') }];
    const { queueId, priority, skills, trace } = routed({ classification, routes }, { queue: 'sales' });
    expect([queueId, priority, skills]).to.deep.equal(['support', undefined, ['es']]);
    expect(trace.map(({ step, result, problem }) => [step, result, problem])).to.deep.equal([
      ['classification', 'failed', 'no_value'],
      ['classification', 'held', undefined],
      ['queue', 'failed', undefined],
    ]);
    expect(trace.at(-1)?.decision).to.deep.equal({ queueId: 'support', because: 'error' });
  });

  it('counts a route without a value, one that is not true or false, and one to a queue that is gone as errors', () => {
    for (const [when, queueId, problem] of [
      ['vars.color == "red"', 'sales', 'no_value'],
      ['vars.topic', 'sales', 'not_true_or_false'],
      ['true', 'gone', 'no_such_queue'],
    ] as const) {
      const routes: RouteRule[] = [
        { name: 'Wrong', when, to: only(queueId) },
        { name: 'All', when: 'true', to: only('billing') },
      ];
      const result = routed({ routes }, { queue: 'sales' });
      expect(result.queueId, problem).to.equal('support');
      expect(result.trace).to.have.length(2);
      expect(result.trace[0]).to.include({ rule: 'Wrong', result: 'failed', problem });
      expect(result.trace[1]?.decision).to.deep.equal({ queueId: 'support', because: 'error' });
    }
  });

  it('splits by percentage, each share as large as it says', () => {
    const to = [
      { queueId: 'support', percent: 1 },
      { queueId: 'sales', percent: 59 },
      { queueId: 'billing', percent: 40 },
    ];
    const rules = compileRouting({ classification: [], routes: [{ name: 'Split', when: 'true', to }] });
    const at = (random: number) => route(rules, facts(), () => random).queueId;
    expect([0, 0.0099, 0.01, 0.5999, 0.6, 0.9999].map(at)).to.deep.equal([
      'support',
      'support',
      'sales',
      'sales',
      'billing',
      'billing',
    ]);
    for (const seed of [1, 2, 3]) {
      const random = seeded(seed);
      const counts = new Map<string, number>();
      for (let n = 0; n < 5000; n++) {
        const { queueId } = route(rules, facts(), random);
        counts.set(queueId, (counts.get(queueId) ?? 0) + 1);
      }
      // Four standard deviations of a share p of 5000: 4 × √(p(1 − p) / 5000), at most 2.8 %.
      for (const { queueId, percent } of to) {
        const share = percent / 100;
        const bound = 4 * Math.sqrt((share * (1 - share)) / 5000);
        expect((counts.get(queueId) ?? 0) / 5000, `${queueId}, seed ${seed}`).to.be.closeTo(share, bound);
      }
    }
  });

  it('keeps every decision in the trace and says how many rules are left out', () => {
    const passed = (n: number) =>
      Array.from({ length: n }, (_, m) => ({ name: `No ${m}`, when: `priority == ${m + 1}`, set: {} }));
    const classification: Ruleset[] = Array.from({ length: 10 }, (_, n) => ({
      name: `Ruleset ${n}`,
      rules: [...passed(99), { name: 'Yes', when: 'true', set: { skills: [`s${n}`] } }],
    }));
    const routes: RouteRule[] = [
      ...Array.from({ length: 99 }, (_, n) => ({ name: `No ${n}`, when: 'false', to: only('late') })),
      { name: 'Yes', when: 'true', to: only('sales') },
    ];
    const { trace, skills } = routed({ classification, routes });
    expect(trace).to.have.length(MAX_TRACE);
    expect(skills).to.have.length(10);
    expect(trace.filter(({ result }) => result === 'held')).to.have.length(12);
    expect(trace.filter(({ leftOut }) => leftOut).map(({ leftOut }) => leftOut)).to.deep.equal([
      61, // 99 − (50 − 12)
      ...Array.from({ length: 10 }, () => 99),
    ]);
    const told = trace.length + trace.reduce((sum, { leftOut = 0 }) => sum + leftOut, 0);
    expect(told).to.equal(10 * 100 + 100 + 1);
  });
});

/** A condition, and what it comes to by itself. */
interface Known {
  when: string;
  holds: (state: RoutingFacts) => boolean | 'failed';
}

const known: fc.Arbitrary<Known> = fc.oneof(
  fc.boolean().map((value): Known => ({ when: String(value), holds: () => value })),
  fc.integer({ min: 0, max: 23 }).map(
    (hour): Known => ({
      when: `time.hour >= ${hour}`,
      holds: ({ time }) => time.hour >= hour,
    }),
  ),
  fc.integer({ min: -3, max: 9 }).map(
    (least): Known => ({
      when: `priority > ${least}`,
      holds: ({ priority }) => priority > least,
    }),
  ),
  fc.constantFrom('a', 'b').map(
    (skill): Known => ({
      when: `"${skill}" in skills`,
      holds: ({ skills }) => skills.includes(skill),
    }),
  ),
  fc.constantFrom('x', 'y').map(
    (name): Known => ({
      when: `vars.${name} == 1`,
      holds: ({ vars }) => (Object.hasOwn(vars, name) ? vars[name] === 1 : 'failed'),
    }),
  ),
  fc.constantFrom('x', 'y').map(
    (name): Known => ({
      when: `has(vars.${name}) && vars.${name} == 2`,
      holds: ({ vars }) => vars[name] === 2,
    }),
  ),
  fc.constantFrom(...QUEUES).map(
    (id): Known => ({
      when: `open.${id}`,
      holds: ({ open }) => open[id] ?? 'failed',
    }),
  ),
);

const output: fc.Arbitrary<RuleOutput> = fc.record(
  {
    priority: fc.integer({ min: -3, max: 9 }),
    skills: fc.subarray(['a', 'b', 'c']),
    variables: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom(1, 2)),
  },
  { requiredKeys: [] },
);

interface KnownRules {
  rulesets: (Known & { set: RuleOutput })[][];
  routes: (Known & { queueId: string })[];
}

const knownRules: fc.Arbitrary<KnownRules> = fc.record({
  rulesets: fc.array(
    fc.array(
      fc.tuple(known, output).map(([condition, set]) => ({ ...condition, set })),
      { maxLength: 5 },
    ),
    { maxLength: 4 },
  ),
  routes: fc.array(
    fc
      .tuple(known, fc.constantFrom(...QUEUES, 'gone'))
      .map(([condition, queueId]) => ({ ...condition, queueId })),
    { maxLength: 5 },
  ),
});

const someFacts: fc.Arbitrary<RoutingFacts> = fc
  .record({
    vars: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom(1, 2)),
    skills: fc.subarray(['a', 'b']),
    priority: fc.integer({ min: -3, max: 9 }),
    queue: fc.constantFrom(null, 'billing', 'gone'),
    open: fc.dictionary(fc.constantFrom(...QUEUES), fc.boolean()),
    hour: fc.integer({ min: 0, max: 23 }),
  })
  .map(({ hour, ...some }) => facts({ ...some, time: { hour, minute: 0, weekday: 1, date: '2026-11-24' } }));

/** The same rules, written as plainly as they are told. */
function plainly({ rulesets, routes }: KnownRules, given: RoutingFacts) {
  const state = { ...given };
  let priority: number | undefined;
  let failed = false;
  for (const rules of rulesets) {
    const first = rules.find(({ holds }) => holds(state) !== false);
    if (!first) continue;
    if (first.holds(state) === 'failed') {
      failed = true;
      continue;
    }
    priority = first.set.priority ?? priority;
    state.priority = priority ?? given.priority;
    state.skills = [...new Set([...state.skills, ...(first.set.skills ?? [])])];
    state.vars = { ...state.vars, ...first.set.variables };
  }
  const answer = (queueId: string) => ({ queueId, priority, skills: state.skills });
  if (failed) return answer(given.fallbackQueueId);
  const first = routes.find(({ holds }) => holds(state) !== false);
  if (first) {
    const fine = first.holds(state) === true && given.exists(first.queueId);
    return answer(fine ? first.queueId : given.fallbackQueueId);
  }
  const asked = given.queue !== null && given.exists(given.queue) ? given.queue : undefined;
  return answer(asked ?? given.fallbackQueueId);
}

describe('routing by any rules', () => {
  it('comes to what the rules say, first match first', () => {
    fc.assert(
      fc.property(knownRules, someFacts, (rules, given) => {
        const compiled = compileRouting({
          classification: rules.rulesets.map((ruleset, n) => ({
            name: `R${n}`,
            rules: ruleset.map(({ when, set }, m) => ({ name: `r${m}`, when, set })),
          })),
          routes: rules.routes.map(({ when, queueId }, n) => ({ name: `r${n}`, when, to: only(queueId) })),
        });
        const { queueId, priority, skills } = route(compiled, given, never);
        expect({ queueId, priority, skills }).to.deep.equal(plainly(rules, given));
      }),
      { numRuns: 500 },
    );
  });

  it('never throws, whatever is written and whatever the bot collected', () => {
    const operand = fc.oneof(
      fc.constantFrom(
        'customer',
        'number',
        'locale',
        'reason',
        'priority',
        'queue',
        'skills',
        'vars',
        'open',
      ),
      fc.constantFrom('vars.a', 'vars["b c"]', 'vars.a.b[0]', 'time.hour', 'waiting.support', 'open.sales'),
      fc.constantFrom('1', '-2', '0.5', '"x"', 'true', 'null', '[1, "a"]', '{"k": 1}', '1 / 0', 'nobody'),
    );
    const text = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        operand,
        fc
          .tuple(
            tie('expression'),
            fc.constantFrom('==', '!=', '<', '+', '/', '%', '&&', '||', 'in'),
            tie('expression'),
          )
          .map(([left, sign, right]) => `(${left} ${sign} ${right})`),
        tie('expression').map((inner) => `!(${inner})`),
        tie('expression').map((inner) => `(${inner}).size() > 1`),
        tie('expression').map((inner) => `vars[${inner}]`),
        fc.constantFrom('a', 'exists', '').map((name) => `has(vars.${name})`),
      ),
    })).expression;
    let held = 0;
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 9, arbitrary: text }, { weight: 1, arbitrary: fc.string() }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.dictionary(fc.constantFrom('a', 'b c', '__proto__', 'topic'), fc.jsonValue()),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (conditions, vars, random) => {
          // What is refused when it is saved never comes to be asked.
          const right = conditions.filter((when) => isTaken(when));
          held += right.length;
          const compiled = compileRouting({
            classification: right.map((when, n) => ({
              name: `R${n}`,
              rules: [{ name: 'r', when, set: { priority: n } }],
            })),
            routes: right.map((when, n) => ({
              name: `r${n}`,
              when,
              to: [
                { queueId: 'gone', percent: 50 },
                { queueId: 'sales', percent: 50 },
              ],
            })),
          });
          const { queueId, trace } = route(
            compiled,
            facts({ vars: vars as RoutingFacts['vars'] }),
            () => random,
          );
          expect(queueId).to.be.oneOf(['sales', 'support']);
          expect(trace.length).to.be.within(1, MAX_TRACE);
          expect(JSON.parse(JSON.stringify(trace))).to.deep.equal(trace);
        },
      ),
      { numRuns: 1000 },
    );
    expect(held, 'enough of the conditions are right').to.be.greaterThan(300);
  });
});

function isTaken(when: string): boolean {
  try {
    compileRouting({ classification: [], routes: [{ name: 'r', when, to: only('sales') }] });
    return true;
  } catch (error) {
    if (error instanceof SwitchboardError && error.code === 'invalid_request') return false;
    throw error;
  }
}

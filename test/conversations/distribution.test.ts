import { expect } from 'chai';
import fc from 'fast-check';
import { roomFor, withWork } from '../../src/conversations/capacity.ts';
import {
  type Choice,
  chooseAgent,
  planPass,
  type Waiting,
  type Wanted,
} from '../../src/conversations/distribution.ts';
import { AGEING } from '../../src/conversations/line.ts';
import type { AgentDoc, Work } from '../../src/store/documents.ts';
import { DEFAULT_SETTINGS, type Distribution } from '../../src/store/workstream.ts';
import { anAgent } from '../store/documents.ts';
import { slowPass } from './slow-pass.ts';

const NOW = 100_000_000;

const work = (conversationId: string, cost = 1, workstreamId = 'sms'): Work => ({
  conversationId,
  workstreamId,
  cost,
});

const agent = (_id: string, fields: Partial<AgentDoc> = {}) =>
  anAgent({ _id, queues: ['support'], capacity: 5, ...fields });

type Wishes = Omit<Partial<Wanted>, 'distribution'> & { distribution?: Partial<Distribution> };

function wanted({ distribution, ...fields }: Wishes = {}): Wanted {
  return {
    queueId: 'support',
    workstreamId: 'sms',
    distribution: { ...DEFAULT_SETTINGS.distribution, mode: 'push', ...distribution },
    cost: 1,
    skills: [],
    locale: undefined,
    preferredAgentIds: [],
    excluded: [],
    ...fields,
  };
}

const waits = (
  conversationId: string,
  fields: Wishes & Partial<Omit<Waiting, keyof Wanted>> = {},
): Waiting => ({
  priority: 0,
  queuePriority: 0,
  since: NOW,
  queuedAt: NOW,
  ...fields,
  ...wanted(fields),
  conversationId,
});

const choose = (agents: AgentDoc[], wishes?: Wishes): Choice => chooseAgent(agents, wanted(wishes), NOW);
const order = (agents: AgentDoc[], waiting: Waiting[]) =>
  planPass(waiting, agents, NOW).map(({ conversationId, agentId }) => `${conversationId} ${agentId}`);

describe('who gets a conversation', () => {
  it('is a member of the queue who is available', () => {
    const ana = agent('ana');
    expect(choose([agent('eve', { queues: ['sales'] }), ana])).to.deep.equal({
      agentId: 'ana',
      why: 'highest_free',
    });
    for (const presence of ['busy', 'do_not_disturb', 'away', 'offline'] as const) {
      expect(choose([{ ...ana, presence }])).to.deep.equal({ agentId: null, why: 'nobody_available' });
    }
  });

  it('is nobody without a reason', () => {
    const ana = agent('ana', { languages: ['es'] });
    expect(choose([])).to.deep.equal({ agentId: null, why: 'no_member' });
    expect(choose([ana], { queueId: 'sales' })).to.deep.equal({ agentId: null, why: 'no_member' });
    expect(choose([ana], { excluded: ['ana'] })).to.deep.equal({ agentId: null, why: 'all_excluded' });
    expect(choose([ana], { locale: 'en', distribution: { languages: true } })).to.include({
      why: 'no_language',
    });
    expect(choose([ana], { skills: ['orders'], distribution: { skills: 'exact' } })).to.include({
      why: 'no_skill',
    });
    expect(choose([ana], { cost: 6 })).to.deep.equal({ agentId: null, why: 'no_room' });
    expect(choose([{ ...ana, limits: { sms: 0 } }])).to.deep.equal({ agentId: null, why: 'no_room' });
  });

  it('has the language, in any of its variants; who has none named speaks all', () => {
    const languages = { languages: true };
    const [ana, ben, eve] = [
      agent('ana', { languages: ['en'] }),
      agent('ben', { languages: ['zh-TW'] }),
      agent('eve'),
    ];
    expect(choose([ana, ben], { locale: 'zh-Hant-HK', distribution: languages }).agentId).to.equal('ben');
    expect(choose([ana, ben], { locale: 'EN-us', distribution: languages }).agentId).to.equal('ana');
    expect(choose([ana, ben, eve], { locale: 'fr', distribution: languages }).agentId).to.equal('eve');
    expect(choose([ana, ben], { distribution: languages }).agentId, 'not known').to.equal('ana');
    expect(choose([ana, ben], { locale: 'fr' }).agentId, 'not asked for').to.equal('ana');
  });

  it('has all skills, most of them, or any', () => {
    const agents = [
      agent('ana'),
      agent('ben', { skills: ['orders'] }),
      agent('eve', { skills: ['orders', 'returns'], capacity: 2 }),
    ];
    const skills = ['orders', 'returns'];
    expect(choose(agents, { skills, distribution: { skills: 'exact' } }).agentId).to.equal('eve');
    expect(choose(agents, { skills, distribution: { skills: 'closest' } }).agentId).to.equal('eve');
    expect(
      choose(agents, { skills, cost: 3, distribution: { skills: 'closest' } }).agentId,
      'eve has no room',
    ).to.equal('ben');
    expect(choose(agents, { skills, distribution: { skills: 'none' } }).agentId).to.equal('ana');
  });

  it('has most units free; of equals who was assigned least recently, then by id', () => {
    const method = { distribution: { method: 'highest_free' } } as const;
    const ana = agent('ana', { work: [work('1', 2)], assignedAt: 1 });
    const ben = agent('ben', { capacity: 4, assignedAt: 3 });
    const eve = agent('eve', { capacity: 4, assignedAt: 2 });
    expect(choose([ana, ben, eve], method)).to.deep.equal({ agentId: 'eve', why: 'highest_free' });
    expect(choose([{ ...ben, assignedAt: 2 }, eve], method).agentId).to.equal('ben');
    expect(choose([eve, { ...ben, assignedAt: 2 }], method).agentId).to.equal('ben');
  });

  it('is next in the round', () => {
    const method = { distribution: { method: 'round_robin' } } as const;
    const ana = agent('ana', { assignedAt: 2 });
    const ben = agent('ben', { assignedAt: 1, capacity: 1 });
    expect(choose([ana, ben], method)).to.deep.equal({ agentId: 'ben', why: 'round_robin' });
    expect(choose([ana, { ...ben, work: [work('1')] }], method).agentId).to.equal('ana');
  });

  it('has been without work longest; who has work comes after, in turn', () => {
    const method = { distribution: { method: 'longest_idle' } } as const;
    const ana = agent('ana', { idleSince: 2, assignedAt: 1 });
    const ben = agent('ben', { idleSince: 1, assignedAt: 2 });
    expect(choose([ana, ben], method)).to.deep.equal({ agentId: 'ben', why: 'longest_idle' });
    expect(choose([ana, { ...ben, work: [work('1')] }], method).agentId).to.equal('ana');
    const both = [
      { ...ana, work: [work('1')] },
      { ...ben, work: [work('2')] },
    ];
    expect(choose(both, method).agentId).to.equal('ana');
    const gone = { ...ben, work: [{ ...work('3'), reservedUntil: NOW }] };
    expect(choose([ana, gone], method).agentId, 'a reservation that has passed is no work').to.equal('ben');
  });

  it('has been there without work longest: time away is not idle', () => {
    const method = { distribution: { method: 'longest_idle' } } as const;
    const there = agent('there', { idleSince: 10, presenceAt: 5 });
    const back = agent('back', { idleSince: 1, presenceAt: 20 });
    expect(choose([back, there], method).agentId).to.equal('there');
    expect(choose([{ ...back, presenceAt: 9 }, there], method).agentId).to.equal('back');
    const near = { presence: 'busy', idleSince: 2 } as const;
    const busy = [agent('longer', { ...near, presenceAt: 30 }), agent('less', { ...near, idleSince: 3 })];
    expect(choose(busy, { ...method, whatever: true }), 'nobody there').to.include({ agentId: 'longer' });
  });

  it('is the same agent again, then a preferred one, whatever their language and skills', () => {
    const agents = [agent('ana', { capacity: 9 }), agent('ben'), agent('eve')];
    const wishes = {
      lastAgentId: 'ben',
      preferredAgentIds: ['nobody', 'eve', 'ana'],
      skills: ['orders'],
      distribution: { skills: 'exact' },
    } as const;
    expect(choose(agents, wishes)).to.deep.equal({ agentId: 'ben', why: 'same_agent' });
    expect(choose(agents, { ...wishes, excluded: ['ben'] })).to.deep.equal({
      agentId: 'eve',
      why: 'preferred',
    });
    expect(choose(agents, { ...wishes, excluded: ['ben', 'eve'] })).to.include({ agentId: 'ana' });
    const off = { skills: 'exact', sameAgent: false } as const;
    expect(choose(agents, { ...wishes, distribution: off })).to.include({ agentId: 'eve' });
  });

  it('is the same agent only if they are there, in the queue, and have room', () => {
    const ana = agent('ana');
    for (const ben of [
      agent('ben', { presence: 'busy' }),
      agent('ben', { queues: ['sales'] }),
      agent('ben', { work: [work('1', 5)] }),
      agent('ben', { limits: { sms: 0 } }),
    ]) {
      const wishes = { lastAgentId: 'ben', preferredAgentIds: ['ben'] };
      expect(choose([ana, ben], wishes)).to.deep.equal({ agentId: 'ana', why: 'highest_free' });
    }
  });

  it('is anybody of the queue who is not offline when it is assigned anyway, first of all who is available', () => {
    const full = [work('1', 7)];
    const ana = agent('ana', { presence: 'offline', capacity: 9 });
    const ben = agent('ben', { presence: 'away', work: full });
    const out = agent('out', { queues: ['sales'] });
    expect(choose([ana, ben, out], { whatever: true })).to.deep.equal({ agentId: 'ben', why: 'whatever' });
    const nobody = { agentId: null, why: 'nobody_available' };
    expect(choose([ana, out], { whatever: true, preferredAgentIds: ['ana'] })).to.deep.equal(nobody);
    const eve = agent('eve', { presence: 'available', work: full });
    const dan = agent('dan', { presence: 'do_not_disturb', capacity: 9 });
    expect(choose([ana, ben, dan, eve], { whatever: true })).to.include({ agentId: 'eve' });
    expect(choose([out], { whatever: true })).to.deep.equal({ agentId: null, why: 'no_member' });
    const last = { whatever: true, lastAgentId: 'ben' };
    expect(choose([agent('free'), ben], last)).to.deep.equal({ agentId: 'ben', why: 'same_agent' });
    expect(choose([ana, ben], { whatever: true, lastAgentId: 'ana' })).to.include({ agentId: 'ben' });
  });
});

describe('a pass', () => {
  it('serves by both priorities, then who waits longest', () => {
    const agents = [agent('ana', { capacity: 4 })];
    const waiting = [
      waits('late'),
      waits('early', { since: NOW - 1 }),
      waits('queue', { queuePriority: 1 }),
      waits('urgent', { priority: 2 }),
      waits('both', { priority: 2, queuePriority: 1 }),
    ];
    const expected = ['both ana', 'urgent ana', 'queue ana', 'early ana', 'late null'];
    expect(order(agents, waiting)).to.deep.equal(expected);
  });

  it('lets what waits long overtake: one priority for each ten minutes', () => {
    const agents = [agent('ana', { capacity: 1 })];
    const urgent = waits('urgent', { priority: 1 });
    expect(order(agents, [urgent, waits('old', { since: NOW - AGEING + 1 })])[0]).to.equal('urgent ana');
    expect(order(agents, [urgent, waits('old', { since: NOW - AGEING })])[0], 'the older').to.equal(
      'old ana',
    );
  });

  it('takes up room, and limits, before the next choice', () => {
    const agents = [agent('ana', { limits: { sms: 1 } }), agent('ben', { capacity: 2 })];
    expect(
      order(
        agents,
        ['1', '2', '3', '4'].map((id) => waits(id)),
      ),
    ).to.deep.equal(['1 ana', '2 ben', '3 ben', '4 null']);
  });

  it('goes round within one reading of the clock', () => {
    const agents = ['ana', 'ben', 'eve'].map((id) => agent(id, { assignedAt: NOW }));
    const waiting = ['1', '2', '3', '4'].map((id) => waits(id, { distribution: { method: 'round_robin' } }));
    expect(order(agents, waiting)).to.deep.equal(['1 ana', '2 ben', '3 eve', '4 ana']);
  });

  it('is not held up by what cannot be placed', () => {
    const waiting = [waits('big', { cost: 6 }), waits('other', { queueId: 'none' }), waits('small')];
    expect(planPass(waiting, [agent('ana')], NOW)).to.deep.equal([
      { conversationId: 'big', agentId: null, why: 'no_room' },
      { conversationId: 'other', agentId: null, why: 'no_member' },
      { conversationId: 'small', agentId: 'ana', why: 'highest_free' },
    ]);
  });

  it('plans 10,000 that wait among 200 agents in well under a second, even if each wishes something else', () => {
    const agents = Array.from({ length: 200 }, (_, n) =>
      agent(`agent-${n}`, { capacity: 10, skills: [`s${n % 7}`], languages: ['en'] }),
    );
    const alike = Array.from({ length: 10_000 }, (_, n) => waits(`${n}`, { since: n }));
    const apart = alike.map((one, n) => ({ ...one, excluded: [`agent-${n % 200}`, `x${n}`] }));
    for (const waiting of [alike, apart]) {
      planPass(waiting.slice(0, 500), agents, NOW); // compiled
      const started = performance.now();
      const placed = planPass(waiting, agents, NOW).filter(({ agentId }) => agentId !== null);
      const took = performance.now() - started;
      expect(placed).to.have.length(2000);
      expect(took, 'milliseconds').to.be.below(1000);
    }
  });
});

const NAMES = ['ana', 'ben', 'eve', 'sam'];
const someOf = (...all: string[]) => fc.subarray(all);

const anyAgents: fc.Arbitrary<AgentDoc[]> = fc
  .array(
    fc.record({
      queues: someOf('support', 'sales'),
      languages: someOf('en', 'es-MX', 'zh'),
      skills: someOf('orders', 'returns'),
      capacity: fc.integer({ min: 1, max: 5 }),
      limits: fc.dictionary(fc.constantFrom('sms', 'chat'), fc.nat(2)),
      presence: fc.constantFrom('available', 'available', 'available', 'away', 'offline'),
      work: fc.array(
        fc.record(
          {
            conversationId: fc.uuid(),
            workstreamId: fc.constantFrom('sms', 'chat'),
            cost: fc.integer({ min: 1, max: 4 }),
            reservedUntil: fc.integer({ min: NOW - 1, max: NOW + 1 }),
          },
          { requiredKeys: ['conversationId', 'workstreamId', 'cost'] },
        ),
        { maxLength: 2 },
      ),
      assignedAt: fc.nat(2),
      idleSince: fc.nat(2),
      presenceAt: fc.nat(2),
    }),
    { minLength: 1, maxLength: NAMES.length },
  )
  .map((all) => all.map((fields, n) => agent(NAMES[n]!, fields as Partial<AgentDoc>)));

const anyWaiting: fc.Arbitrary<Waiting[]> = fc
  .array(
    fc.record({
      queueId: fc.constantFrom('support', 'sales'),
      workstreamId: fc.constantFrom('sms', 'chat'),
      distribution: fc.record({
        mode: fc.constant('push' as const),
        method: fc.constantFrom('highest_free' as const, 'round_robin' as const, 'longest_idle' as const),
        skills: fc.constantFrom('exact' as const, 'closest' as const, 'none' as const),
        languages: fc.boolean(),
        sameAgent: fc.boolean(),
        offerSeconds: fc.constant(60),
      }),
      cost: fc.integer({ min: 1, max: 3 }),
      skills: someOf('orders', 'returns'),
      locale: fc.constantFrom(undefined, 'en-GB', 'es', 'zh-TW'),
      lastAgentId: fc.constantFrom(...NAMES),
      preferredAgentIds: someOf(...NAMES),
      excluded: fc.oneof(fc.constant([]), someOf(...NAMES)),
      whatever: fc.constantFrom(false, false, false, true),
      priority: fc.integer({ min: -1, max: 1 }),
      queuePriority: fc.integer({ min: -1, max: 1 }),
      since: fc.integer({ min: 0, max: 4 }).map((n) => NOW - (n * AGEING) / 2),
      queuedAt: fc.integer({ min: 0, max: 2 }),
    }),
    { maxLength: 12 },
  )
  .map((all) => all.map((fields, n) => ({ ...fields, conversationId: `c${n}` })));

describe('any pass', () => {
  it('is what a plain sequential model does', () => {
    fc.assert(
      fc.property(anyWaiting, anyAgents, (waiting, agents) => {
        expect(planPass(waiting, agents, NOW)).to.deep.equal(slowPass(waiting, agents, NOW));
      }),
      { numRuns: 1000 },
    );
  });

  it('is the same whatever order its input comes in, and changes none of it', () => {
    fc.assert(
      fc.property(anyWaiting, anyAgents, (waiting, agents) => {
        const before = structuredClone({ waiting, agents });
        const plan = planPass(waiting, agents, NOW);
        expect({ waiting, agents }).to.deep.equal(before);
        expect(planPass(waiting.toReversed(), agents.toReversed(), NOW)).to.deep.equal(plan);
      }),
    );
  });

  it('never goes beyond a capacity or a limit, and leaves nobody waiting for whom an agent had room', () => {
    fc.assert(
      fc.property(anyWaiting, anyAgents, (waiting, agents) => {
        const now = new Map(agents.map((one) => [one._id, one]));
        for (const { conversationId, agentId } of planPass(waiting, agents, NOW)) {
          const { workstreamId, cost, ...wishes } = waiting.find(
            (one) => one.conversationId === conversationId,
          )!;
          if (agentId === null) {
            for (const one of now.values()) {
              const could =
                one.queues.includes(wishes.queueId) &&
                one.presence === 'available' &&
                !wishes.excluded.includes(one._id) &&
                wishes.preferredAgentIds.includes(one._id) &&
                roomFor(one, workstreamId, cost, NOW);
              expect(could, `${conversationId} could have had ${one._id}`).to.equal(false);
            }
            continue;
          }
          const taker = now.get(agentId)!;
          if (!wishes.whatever) expect(roomFor(taker, workstreamId, cost, NOW)).to.equal(true);
          now.set(agentId, {
            ...taker,
            work: withWork(taker, { conversationId, workstreamId, cost }, NOW),
          });
        }
      }),
    );
  });

  it('agrees with the single choice about its first', () => {
    fc.assert(
      fc.property(anyWaiting, anyAgents, (waiting, agents) => {
        const [first] = planPass(waiting, agents, NOW);
        const wishes = waiting.find((one) => one.conversationId === first?.conversationId);
        if (first && wishes) {
          const { conversationId: _, ...choice } = first;
          expect(chooseAgent(agents, wishes, NOW)).to.deep.equal(choice);
        }
      }),
    );
  });
});

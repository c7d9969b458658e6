import { expect } from 'chai';
import {
  estimateWait,
  type PickUp,
  positionOf,
  toldMinutes,
  waitIn,
} from '../../src/conversations/position.ts';
import type { ConversationDoc, QueueDoc, Store } from '../../src/store/documents.ts';
import { anAgent } from '../store/documents.ts';
import { aConversation, CONVERSATION, createRig, SETTINGS } from '../support/conversations.ts';
import { aQueue } from '../support/queues.ts';
import { seeded } from '../support/random.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

const MINUTE = 60_000;
const NOW = 1_800_000_000_000;

/** Somebody is taken every `every` minutes, the last just now, from a line that is never empty. */
function steady(count: number, every: number, endingAt = NOW): PickUp[] {
  return Array.from({ length: count }, (_, n) => ({
    queuedAt: endingAt - 300 * MINUTE,
    takenAt: endingAt - n * every * MINUTE,
  }));
}

describe('an estimate of a wait', () => {
  const minutes = (...args: Parameters<typeof estimateWait>) => {
    const wait = estimateWait(...args);
    return wait === null ? null : wait / MINUTE;
  };

  it('is what each place costs, times the places, and some more', () => {
    expect(minutes(1, steady(10, 2), NOW - MINUTE, NOW)).to.equal(3);
    expect(minutes(4, steady(10, 2), NOW - MINUTE, NOW)).to.equal(10);
  });

  it('is none when fewer than five were taken in two hours', () => {
    expect(minutes(1, [], NOW, NOW)).to.equal(null);
    expect(minutes(1, steady(5, 2), NOW, NOW), 'of the first nobody knows how long it took').to.equal(null);
    expect(minutes(1, steady(6, 2), NOW, NOW)).to.be.a('number');
    const old = NOW - 121 * MINUTE;
    expect(minutes(1, steady(30, 2, old), NOW, NOW)).to.equal(null);
  });

  it('is none when it would be more than four hours', () => {
    expect(minutes(100, steady(10, 2), NOW - MINUTE, NOW)).to.equal(210);
    expect(minutes(120, steady(10, 2), NOW - MINUTE, NOW)).to.equal(null);
  });

  it('grows while nobody is taken', () => {
    const before = steady(10, 2, NOW - 30 * MINUTE);
    const waiting = NOW - 60 * MINUTE;
    expect(minutes(1, before, waiting, NOW - 30 * MINUTE)).to.equal(3);
    expect(minutes(1, before, waiting, NOW)).to.equal(8);
  });

  it('does not count the time in which nobody waited', () => {
    // One comes every ten minutes and is taken after three.
    const pickUps = Array.from({ length: 12 }, (_, n) => {
      const queuedAt = NOW - (n + 1) * 10 * MINUTE;
      return { queuedAt, takenAt: queuedAt + 3 * MINUTE };
    });
    expect(minutes(1, pickUps, NOW, NOW)).to.equal(4.5);
    expect(minutes(1, pickUps, NOW - MINUTE, NOW), 'two are left of three').to.equal(3);
  });

  it('does not let those who found an agent free speak for one who did not', () => {
    const atOnce = Array.from({ length: 12 }, (_, n) => ({
      queuedAt: NOW - (n + 1) * 5 * MINUTE,
      takenAt: NOW - (n + 1) * 5 * MINUTE + 1,
    }));
    expect(minutes(1, atOnce, NOW - MINUTE, NOW)).to.equal(null);
  });

  it('does not depend on the order in which the pick-ups come', () => {
    const pickUps = steady(10, 2);
    expect(minutes(2, [...pickUps].reverse(), NOW, NOW)).to.equal(minutes(2, pickUps, NOW, NOW));
  });

  it('is told in round minutes, never in fewer', () => {
    const told = [0, 0.5, 1, 1.1, 4, 5, 6, 11, 31, 100, 239].map((wait) => toldMinutes(wait * MINUTE));
    expect(told).to.deep.equal([1, 1, 1, 2, 5, 5, 10, 15, 45, 120, 240]);
  });
});

interface Day {
  agents: (at: number) => number;
  /** Minutes between two arrivals, and that an agent takes, on the average. */
  every: (at: number) => number;
  takes: number;
}

/** Two days of customers who come at random and are served in their order; each asks as they come. */
function simulated({ agents, every, takes }: Day, seed: number): { told: number; wait: number }[] {
  const random = seeded(seed);
  const about = (mean: number) => -Math.log(1 - random()) * mean * MINUTE;
  const pickUps: PickUp[] = [];
  const line: { queuedAt: number; told: number | null }[] = [];
  const served: { told: number; wait: number }[] = [];
  let busy: number[] = [];
  let next = about(every(0));
  for (;;) {
    const free = Math.min(...busy);
    const at = Math.min(next, free);
    if (at === Number.POSITIVE_INFINITY) return served;
    if (at === free) busy = busy.filter((until) => until !== free);
    else {
      const wait = estimateWait(line.length + 1, pickUps.slice(-30), line[0]?.queuedAt ?? at, at);
      line.push({ queuedAt: at, told: wait === null ? null : toldMinutes(wait) * MINUTE });
      next = at + about(every(at));
      if (next > 48 * 60 * MINUTE) next = Number.POSITIVE_INFINITY;
    }
    while (busy.length < agents(at)) {
      const first = line.shift();
      if (!first) break;
      pickUps.push({ queuedAt: first.queuedAt, takenAt: at });
      // Who finds an agent free never asks.
      if (first.told !== null && at > first.queuedAt)
        served.push({ told: first.told, wait: at - first.queuedAt });
      busy.push(at + about(takes));
    }
  }
}

/**
 * Honest: of those who wait, four of five wait no longer than they were told, no more than one in twenty twice as long, and
 * on the average they are told at most about twice of what it is.
 */
describe('an estimate of a wait is honest', () => {
  const hour = (at: number) => Math.floor(at / MINUTE / 60);
  const days: { [what: string]: Day } = {
    'where few wait': { agents: () => 4, every: () => 5, takes: 10 },
    'where most wait': { agents: () => 4, every: () => 2.8, takes: 10 },
    'where the line only grows': { agents: () => 4, every: () => 2.4, takes: 10 },
    'with forty agents': { agents: () => 40, every: () => 0.26, takes: 10 },
    'with one agent': { agents: () => 1, every: () => 12, takes: 10 },
    'in bursts': { agents: () => 4, every: (at) => (hour(at) % 4 === 3 ? 1 : 4), takes: 10 },
    'when half of the agents go for two hours': {
      agents: (at) => (hour(at) % 4 < 2 ? 5 : 2),
      every: () => 3.5,
      takes: 10,
    },
  };
  for (const [what, day] of Object.entries(days)) {
    it(what, () => {
      const all = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((seed) => simulated(day, seed));
      expect(all).to.have.length.above(100);
      const share = (holds: (one: { told: number; wait: number }) => boolean) =>
        all.filter(holds).length / all.length;
      expect(share(({ told, wait }) => wait <= told)).to.be.above(0.79);
      expect(share(({ told, wait }) => wait > 2 * told)).to.be.below(0.05);
      const sum = (of: 'told' | 'wait') => all.reduce((total, one) => total + one[of], 0);
      expect(sum('told') / sum('wait')).to.be.within(1, 2.2);
    });
  }
});

describe('a place in a queue', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let time: number;
  let queue: QueueDoc;
  const wait = (position = 1) =>
    waitIn({ store, settings: { ...SETTINGS, queue: () => queue }, now: () => time }, 'support', position);

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    time = NOW;
    queue = aQueue();
  });
  afterEach(() => dispose());

  function waiting(n: number, fields: Partial<ConversationDoc> = {}): ConversationDoc {
    const queued = { queueId: 'support', queuedAt: NOW, turnAt: NOW + n };
    return aConversation({ _id: `w${n}`, state: 'open', ...queued, ...fields });
  }

  it('counts those before it in its own queue', async () => {
    for (let n = 0; n < 4; n++) await store.conversations.insertOne(waiting(n));
    await store.conversations.insertOne(waiting(-1, { _id: 'other', queueId: 'sales' }));
    await store.conversations.insertOne(waiting(-2, { _id: 'taken', state: 'active', handler: 'agent' }));
    expect(await positionOf(store, waiting(0))).to.equal(1);
    expect(await positionOf(store, waiting(3))).to.equal(4);
    expect(await positionOf(store, waiting(2.5)), 'about to join').to.equal(4);
  });

  it('is none for what does not wait', async () => {
    expect(await positionOf(store, { state: 'active' })).to.equal(null);
    expect(await positionOf(store, { ...waiting(1), state: 'active' })).to.equal(null);
  });

  /** Ten who waited for three minutes each, one after the other; `sessions` that their agents have ended are closed. */
  async function pickUps(from = 'support'): Promise<void> {
    for (let n = 0; n < 10; n++) {
      const takenAt = NOW - n * 3 * MINUTE;
      await store.conversations.insertOne(
        aConversation({
          _id: `${from}${n}`,
          state: n % 2 === 0 ? 'closed' : 'active',
          ...(n % 2 === 0 ? {} : { handler: 'agent' as const }),
          takenFrom: from,
          takenAt,
          stretches: [
            { place: 'bot', since: 0, reason: 'customer_wrote' },
            { place: 'open', since: takenAt - 300 * MINUTE, reason: 'handed_off' },
            { place: 'agent', since: takenAt, reason: 'claimed' },
            { place: 'wrap_up', since: takenAt + 1, reason: 'agent_ended' },
          ],
        }),
      );
    }
  }

  it('has an estimate of the wait from the last pick-ups of its queue', async () => {
    await store.agents.insertOne(anAgent({ _id: 'ana', queues: ['support'], presence: 'available' }));
    await pickUps('sales');
    expect(await wait(), 'those of another queue').to.equal(null);
    await pickUps();
    await store.conversations.insertOne(waiting(0, { queuedAt: NOW - 1 }));
    expect(await wait()).to.equal(4.5 * MINUTE);
    time += 10 * MINUTE;
    expect(await wait(), 'nobody is taken').to.be.above(5 * MINUTE);
  });

  it('has none while nobody who serves the queue is available', async () => {
    await pickUps();
    await store.agents.insertOne(anAgent({ _id: 'ana', queues: ['support'], presence: 'busy' }));
    await store.agents.insertOne(anAgent({ _id: 'eve', queues: ['sales'], presence: 'available' }));
    expect(await wait()).to.equal(null);
    await store.agents.updateOne({ _id: 'ana' }, { $set: { presence: 'available' } });
    expect(await wait()).to.be.a('number');
  });

  it('has none when the queue is closed, or closes before', async () => {
    await store.agents.insertOne(anAgent({ _id: 'ana', queues: ['support'], presence: 'available' }));
    await pickUps();
    // 2027-01-15, a Friday, at 08:00.
    const until = (to: number) => ({ timeZone: 'UTC', week: [{ day: 5, from: 0, to }], holidays: [] });
    queue = { ...queue, hours: until(490) };
    expect(await wait(1)).to.equal(4.5 * MINUTE);
    expect(await wait(5), 'ten minutes are left').to.equal(null);
    queue = { ...queue, hours: until(480) };
    expect(await wait(1)).to.equal(null);
  });

  it('is kept when an agent takes one out of the line, and stays after its session', async () => {
    await store.queues.insertOne(queue);
    await store.agents.insertOne(anAgent({ _id: 'ana', queues: ['support'] }));
    const rig = createRig(store);
    await rig.handOver();
    rig.time += MINUTE;
    await rig.desk.claimNext('support', { id: 'ana', role: 'agent', queues: ['support'] });
    expect(await rig.conversation()).to.include({ takenFrom: 'support', takenAt: rig.time });
    const takenAt = rig.time;
    rig.time += MINUTE;
    await rig.desk.close(
      CONVERSATION,
      { id: 'ana', role: 'agent', queues: ['support'] },
      { key: 'k', outcome: 'resolved' },
    );
    expect(await rig.conversation()).to.include({ takenFrom: 'support', takenAt, state: 'closed' });
  });
});

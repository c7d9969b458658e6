import { expect } from 'chai';
import type { ConversationDoc, Store } from '../../../src/store/documents.ts';
import { aConversation, CONVERSATION, CUSTOMER, NUMBER } from '../../support/conversations.ts';
import { comeIn, handOver, openStage, type Stage } from '../stage.ts';

describe('GET /api/board', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  const board = async (query = '', as = 'sam') => {
    const { status, body } = await stage.call(`GET /api/board${query}`, { as });
    expect(status).to.equal(200);
    return body;
  };
  const iso = (at: number) => new Date(at).toISOString();
  /** Some seconds later: what is shown is read anew. */
  const later = (seconds = 6) => {
    stage.rig.time += seconds * 1000;
  };
  const act = (action: string, as = 'ana', body?: unknown) =>
    stage.call(`POST /api/conversations/${CONVERSATION}/${action}`, { as, body });
  const stored = (fields: Partial<ConversationDoc> & { _id: string }) =>
    stage.store.conversations.insertOne(aConversation(fields));

  it('shows who waits: since when, why, and what for', async () => {
    await handOver(stage);
    const queuedAt = (await stage.rig.conversation()).queuedAt!;
    later(90);
    const { at, waiting, queues } = await board();
    expect(at).to.equal(iso(stage.rig.time));
    expect(waiting).to.deep.equal({
      cursor: null,
      items: [
        {
          id: CONVERSATION,
          number: NUMBER,
          customer: CUSTOMER,
          queueId: 'support',
          queuedAt: iso(queuedAt),
          waitedSeconds: Math.floor((stage.rig.time - queuedAt) / 1000),
          priority: 0,
          reason: 'customer_asked',
          skills: [],
          locale: 'en',
          offeredTo: null,
          sentiment: 'neutral',
        },
      ],
    });
    const [sales, support] = queues;
    expect(support).to.deep.include({ id: 'support', waiting: 1, oldest: iso(queuedAt), open: true });
    expect(sales).to.deep.include({ id: 'sales', waiting: 0, oldest: null, level: null });
  });

  it('follows a conversation through its places, with agents, load and work', async () => {
    await handOver(stage);
    await comeIn(stage, 'ana');
    await act('claim');
    const claimedAt = stage.rig.time;
    const ofAna = ({ agents }: { agents: { id: string }[] }) => agents.find(({ id }) => id === 'ana');
    const counts = async () => {
      later();
      const found = await board();
      const { waiting, active, parked, wrapUp } = found.queues[1];
      return { counts: [waiting, active, parked, wrapUp], ana: ofAna(found) };
    };
    const active = await counts();
    expect(active.counts).to.deep.equal([0, 1, 0, 0]);
    expect(active.ana).to.deep.include({
      name: 'Ana',
      presence: 'available',
      presenceAt: iso(0),
      load: 1,
      capacity: 5,
      work: [
        {
          id: CONVERSATION,
          place: 'agent',
          since: iso(claimedAt),
          queueId: 'support',
          sentiment: 'neutral',
        },
      ],
    });
    await act('wait');
    const parked = await counts();
    expect(parked.counts).to.deep.equal([0, 0, 1, 0]);
    expect(parked.ana).to.deep.include({ load: 0 });
    await act('end');
    expect((await counts()).counts).to.deep.equal([0, 0, 0, 1]);
    await act('close', 'ana', {});
    const closed = await counts();
    expect(closed.counts).to.deep.equal([0, 0, 0, 0]);
    expect(closed.ana).to.deep.include({ load: 0, work: [] });
  });

  it('counts the members of a queue by presence', async () => {
    await comeIn(stage, 'ben');
    const [sales, support] = (await board()).queues;
    const none = { available: 0, busy: 0, do_not_disturb: 0, away: 0, offline: 0 };
    expect(sales.agents).to.deep.equal({ ...none, available: 1, offline: 1 });
    expect(support.agents).to.deep.equal({ ...none, available: 1, offline: 1 });
  });

  it('shows the service level of queues that have one', async () => {
    await stage.store.queues.updateOne({ _id: 'support' }, { $set: { levelSeconds: 60 } });
    await handOver(stage);
    later(30);
    expect((await board()).queues[1].level).to.deep.equal({
      seconds: 60,
      over: 0,
      today: { within: 0, counted: 0, share: null },
      lastHour: { within: 0, counted: 0, share: null },
    });
    later(31);
    const late = (await board()).queues[1].level;
    expect(late).to.deep.include({ over: 1, lastHour: { within: 0, counted: 1, share: 0 } });
    await act('claim');
    await act('close', 'ana', {});
    await stage.rig.textIn('again, a person');
    await stage.rig.turn();
    await act('claim');
    later();
    const { over, lastHour } = (await board()).queues[1].level;
    expect({ over, lastHour }).to.deep.equal({
      over: 0,
      lastHour: { within: 1, counted: 2, share: 0.5 },
    });
  });

  it('pages who waits, the longest first, over all queues', async () => {
    for (let n = 0; n < 25; n++) {
      await stored({
        _id: `${NUMBER}-${100 + n}`,
        state: 'open',
        queueId: n % 2 === 0 ? 'support' : 'sales',
        queuedAt: 1000 + (n < 10 ? 5 : n),
        turnAt: 0,
      });
    }
    const seen: { id: string; queuedAt: string }[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { waiting } = await board(`?limit=4${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(waiting.items.length).to.be.at.most(4);
      seen.push(...waiting.items);
      cursor = waiting.cursor;
    }
    expect(new Set(seen.map(({ id }) => id)).size).to.equal(25);
    expect(seen).to.have.length(25);
    const times = seen.map(({ queuedAt }) => queuedAt);
    expect(times).to.deep.equal([...times].sort());
  });

  it('reads nothing of what no queue and no agent has', async () => {
    for (let n = 0; n < 300; n++) {
      const closed = n % 2 === 0;
      await stored({
        _id: `${NUMBER}-${1000 + n}`,
        ...(closed
          ? { state: 'closed', queueId: 'support', agentId: 'ana' }
          : { state: 'active', handler: 'bot' }),
      });
    }
    let read = 0;
    const { conversations } = stage.store;
    const counting = new Proxy(conversations, {
      get(collection, method) {
        if (method !== 'find') return Reflect.get(collection, method).bind(collection);
        return (...query: Parameters<Store['conversations']['find']>) => ({
          async toArray() {
            const found = await collection.find(...query).toArray();
            read += found.length;
            return found;
          },
        });
      },
    });
    const { url } = await stage.serve({
      store: Object.assign(Object.create(stage.store), { conversations: counting }),
    });
    await handOver(stage);
    const answer = await fetch(`${url}/api/board`, { headers: { authorization: 'Bearer token-of-sam' } });
    const { queues } = (await answer.json()) as { queues: { waiting: number; active: number }[] };
    expect(queues[1]).to.include({ waiting: 1, active: 0 });
    expect(read).to.equal(1);
  });

  it('counts what did not go out, until somebody has dealt with it', async () => {
    await handOver(stage);
    expect((await board()).deadLetters).to.deep.equal({ failed: 0, unknown: 0 });
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
    const answers = [
      { outcome: 'rejected', code: '11000', description: 'No.', retryable: false },
      { outcome: 'unknown', reason: 'timeout' },
    ] as const;
    for (const [n, answer] of answers.entries()) {
      stage.rig.answer = () => answer;
      await stage.call(`POST /api/conversations/${CONVERSATION}/messages`, { body: { text: `Text ${n}` } });
      await stage.rig.send();
    }
    stage.rig.time += 1000;
    expect((await board()).deadLetters).to.deep.equal({ failed: 1, unknown: 1 });
    const { items } = (await stage.call('GET /api/messages?status=unknown', { as: 'sam' })).body;
    const settle = `POST /api/messages/${encodeURIComponent(items[0].id)}/settle`;
    await stage.call(settle, { as: 'sam', body: { status: 'sent' } });
    stage.rig.time += 1000;
    expect((await board()).deadLetters).to.deep.equal({ failed: 1, unknown: 0 });
  });

  it('says so when there is more work than it shows', async () => {
    for (let n = 0; n < 1001; n++) {
      const fields = { state: 'active', handler: 'agent', agentId: 'ana', queueId: 'support' } as const;
      await stored({ _id: `${NUMBER}-${n}`, ...fields, changedAt: n });
    }
    const { workComplete, agents, queues } = await board();
    expect(workComplete).to.equal(false);
    expect(agents.find(({ id }: { id: string }) => id === 'ana').work).to.have.length(1000);
    expect(queues[1].active).to.equal(1001);
  });

  it('is for supervisors', async () => {
    expect((await stage.call('GET /api/board')).status).to.equal(403);
  });
});

import { connect } from 'node:net';
import { expect } from 'chai';
import { aConversation, CONVERSATION, NUMBER } from '../support/conversations.ts';
import { eventually } from '../support/eventually.ts';
import { type Listener, openListener } from './listener.ts';
import { comeIn, createHints, handOver, openStage, type Stage } from './stage.ts';

describe('GET /api/events', () => {
  let stage: Stage;
  let listeners: Listener[];
  beforeEach(async () => {
    listeners = [];
    stage = await openStage();
  });
  afterEach(async () => {
    for (const listener of listeners) listener.stop();
    await stage.close();
  });

  async function listen(as: string, lastEventId?: string, url = stage.url): Promise<Listener> {
    const listener = await openListener(url, as, lastEventId);
    listeners.push(listener);
    return listener;
  }

  /** Lets the next pass come at once, a moment later by the clock. */
  function tick(milliseconds = 1000): void {
    stage.rig.time += milliseconds;
    stage.changes.wake();
  }

  it('takes a token', async () => {
    const answer = await stage.call('GET /api/events', { as: null });
    expect([answer.status, answer.body.code]).to.deep.equal([401, 'unauthenticated']);
  });

  it('is a stream of server-sent events that begins with queues and presences', async () => {
    const ana = await listen('ana');
    expect(ana.status).to.equal(200);
    expect(ana.headers.get('content-type')).to.equal('text/event-stream');
    expect(ana.headers.get('cache-control')).to.equal('no-store');
    expect(ana.raw()).to.match(/^retry: \d+\n\n/);
    expect(ana.of('queue').map(({ data }) => data.id)).to.have.members(['support', 'sales']);
    expect(ana.of('presence').map(({ data }) => data.agentId)).to.have.members(['ana', 'ben']);
    expect(ana.of('conversation')).to.deep.equal([]);
  });

  it('tells of a conversation and its messages as they change', async () => {
    const sam = await listen('sam');
    tick();
    await handOver(stage);
    tick();
    const { data } = await sam.hears('conversation', (heard) => heard.data.state === 'open');
    expect(data).to.deep.equal((await stage.call('GET /api/conversations', { as: 'sam' })).body.items[0]);
    const inbound = await sam.hears('message', (heard) => heard.data.direction === 'in');
    expect(inbound.data).to.include({ text: 'a person please', conversationId: CONVERSATION });
    await sam.hears('message', ({ data }) => data.direction === 'out' && data.status === 'sent');

    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
    tick();
    await sam.hears('conversation', (heard) => heard.data.agentId === 'ana');
  });

  it('tells of queues and presences as they change', async () => {
    const ana = await listen('ana');
    await stage.call('PUT /api/me/presence', { as: 'ben', body: { presence: 'available' } });
    tick();
    await ana.hears('presence', ({ data }) => data.agentId === 'ben' && data.presence === 'available');
    await ana.hears('queue', ({ data }) => data.id === 'sales' && data.agentsAvailable === 1);
    await handOver(stage);
    tick();
    await ana.hears('queue', ({ data }) => data.id === 'support' && data.waiting === 1);
    await stage.call('POST /api/queues', { as: 'root', body: { id: 'returns', name: 'Returns' } });
    tick();
    await ana.hears('queue', ({ data }) => data.id === 'returns');
    await stage.call('DELETE /api/queues/returns', { as: 'root' });
    tick();
    await ana.hears('queue', ({ data }) => data.id === 'returns' && data.deleted === true);
  });

  it('sends nothing again that has not changed', async () => {
    await handOver(stage);
    const sam = await listen('sam');
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
    for (let n = 0; n < 4; n++) {
      tick();
      await eventually(stage.changes.resting, (resting) => resting);
    }
    await stage.call(`POST /api/conversations/${CONVERSATION}/end`);
    tick();
    await sam.hears('conversation', ({ data }) => data.state === 'wrap_up');
    expect(
      sam.of('conversation').filter(({ data }) => data.agentId === 'ana' && data.state === 'active'),
    ).to.have.length(1);
    expect(new Set(sam.of('queue').map(({ data }) => JSON.stringify(data))).size).to.equal(
      sam.of('queue').length,
    );
  });

  it('gives agents what they may see, and shows where it went when it leaves', async () => {
    await comeIn(stage, 'eve');
    const [ana, eve, sam] = await Promise.all([listen('ana'), listen('eve'), listen('sam')]);
    await handOver(stage);
    tick();
    await ana.hears('conversation', ({ data }) => data.state === 'open');
    await sam.hears('conversation', ({ data }) => data.state === 'open');
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
    await stage.call(`POST /api/conversations/${CONVERSATION}/messages`, {
      body: { text: 'secret', note: true },
    });
    tick();
    await sam.hears('message', ({ data }) => data.text === 'secret');
    expect(eve.of('message').map(({ data }) => data.text)).not.to.include('secret');
    expect(eve.of('conversation').filter(({ data }) => data.queueId === 'support')).to.deep.equal([]);

    await stage.call(`POST /api/conversations/${CONVERSATION}/transfer`, {
      body: { queueId: 'sales', note: 'to sales' },
    });
    tick();
    await eve.hears('conversation', ({ data }) => data.queueId === 'sales');
    await ana.hears('conversation', ({ data }) => data.queueId === 'sales');

    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`, { as: 'eve' });
    tick();
    await eve.hears('conversation', ({ data }) => data.agentId === 'eve');
    await sam.hears('conversation', ({ data }) => data.agentId === 'eve');
    expect(ana.of('conversation').filter(({ data }) => data.agentId === 'eve')).to.deep.equal([]);
  });

  it('knows of what was in sight before it began to look', async () => {
    await handOver(stage);
    tick(60_000);
    const ana = await listen('ana');
    await stage.call(`POST /api/conversations/${CONVERSATION}/transfer`, {
      as: 'sam',
      body: { queueId: 'sales' },
    });
    tick();
    await ana.hears('conversation', ({ data }) => data.queueId === 'sales');
  });

  it('reads what is at the desk a page at a time', async () => {
    await handOver(stage);
    for (let n = 0; n < 1100; n++) {
      const waits = { customer: String(n), state: 'open', queueId: 'support', changedAt: n } as const;
      await stage.store.conversations.insertOne(aConversation({ _id: `${NUMBER}-${n}`, ...waits }));
    }
    const { find } = stage.store.conversations;
    const limits: (number | undefined)[] = [];
    stage.store.conversations.find = (filter, options) => {
      limits.push(options?.limit);
      return find.call(stage.store.conversations, filter, options);
    };
    const ana = await listen('ana');
    for (const limit of limits) expect(limit).to.be.within(1, 500);
    for (const n of [0, 777, 1099]) {
      const body = { queueId: 'sales' };
      await stage.call(`POST /api/conversations/${NUMBER}-${n}/transfer`, { as: 'sam', body });
      tick();
      await ana.hears('conversation', ({ data }) => data.id === `${NUMBER}-${n}` && data.queueId === 'sales');
    }
  });

  it('goes on from the last id, and misses nothing', async () => {
    const before = await listen('sam');
    await handOver(stage);
    tick();
    const last = await before.hears('message', ({ data }) => data.status === 'sent');
    before.stop();

    tick(60_000);
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
    await stage.call(`POST /api/conversations/${CONVERSATION}/messages`, { body: { text: 'meanwhile' } });
    tick(60_000);
    const after = await listen('sam', last.id);
    await after.hears('conversation', ({ data }) => data.agentId === 'ana');
    await after.hears('message', ({ data }) => data.text === 'meanwhile');
    expect(after.of('reset')).to.deep.equal([]);
    const ids = after.events.map(({ id }) => Number(id));
    expect(ids).to.deep.equal([...ids].sort((a, b) => a - b));
  });

  it('sends the five seconds before the last id again, unchanged, and nothing older', async () => {
    const before = await listen('sam');
    await handOver(stage);
    tick();
    await before.hears('message', ({ data }) => data.status === 'sent');
    tick(6_000);
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
    tick(1_000);
    const claimed = await before.hears('conversation', ({ data }) => data.agentId === 'ana');
    before.stop();
    const after = await listen('sam', claimed.id);
    expect(after.of('conversation').map(({ data }) => data)).to.deep.equal([claimed.data]);
    expect(after.of('message')).to.deep.equal([]);
  });

  it('goes on at another process', async () => {
    const sam = await listen('sam');
    const { id } = sam.events[0]!;
    sam.stop();
    tick();
    await handOver(stage);
    const changes = createHints();
    const { url } = await stage.serve({ changes });
    const there = await listen('sam', id, url);
    await there.hears('conversation', ({ data }) => data.state === 'open');
    // Written by this process, told by the other.
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
    stage.rig.time += 1000;
    changes.wake();
    await there.hears('conversation', ({ data }) => data.agentId === 'ana');
  });

  it('loses nothing of what happens while a listener comes back, again and again', async () => {
    await handOver(stage);
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
    const heard = new Set<string>();
    let listener = await listen('ana');
    let written = 0;
    const takeIn = () => {
      for (const { data } of listener.of('message')) if (data.direction === 'note') heard.add(data.text);
      return heard.size;
    };
    const write = async () => {
      for (let n = 0; n < 6; n++) {
        await stage.call(`POST /api/conversations/${CONVERSATION}/messages`, {
          body: { text: `n${written}`, note: true },
        });
        written++;
        tick(written % 3 === 0 ? 0 : 37);
      }
    };
    for (let round = 0; round < 10; round++) {
      listener.stop();
      takeIn();
      const last = listener.events.at(-1)?.id;
      // Some are written before it is back, some while it catches up, some when it is live.
      [listener] = await Promise.all([listen('ana', last), write()]);
      if (round % 2 === 0) await eventually(takeIn, (count) => count === written);
    }
    await eventually(takeIn, (count) => count === 60);
  });

  it('finds what another process wrote with a clock that is behind', async () => {
    const sam = await listen('sam');
    await handOver(stage);
    tick();
    await sam.hears('conversation');
    stage.rig.time += 10_000;
    await stage.store.conversations.updateOne(
      { _id: CONVERSATION },
      { $set: { changedAt: stage.rig.time, priority: 1 }, $inc: { version: 1 } },
    );
    tick(0);
    await sam.hears('conversation', ({ data }) => data.priority === 1);
    await stage.store.conversations.updateOne(
      { _id: CONVERSATION },
      { $set: { changedAt: stage.rig.time - 4_000, priority: 2 }, $inc: { version: 1 } },
    );
    tick(2_500);
    await sam.hears('conversation', ({ data }) => data.priority === 2);
  });

  it('goes on with what comes, though another process’s clock is ahead', async () => {
    const sam = await listen('sam');
    await handOver(stage);
    const [message] = await stage.rig.transcript();
    const ahead = stage.rig.time + 3_600_000;
    for (let n = 0; n < 300; n++) {
      await stage.store.messages.insertOne({ ...message!, _id: `in:AHEAD${n}`, changedAt: ahead });
    }
    tick();
    await sam.hears('message', ({ data }) => data.id === 'in:AHEAD299');
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
    tick();
    const { id } = await sam.hears('conversation', ({ data }) => data.agentId === 'ana');
    expect(Number(id)).to.be.at.most(stage.rig.time);
    expect(sam.of('message').filter(({ data }) => data.id === 'in:AHEAD0')).to.have.length(1);
  });

  it('says reset when the last id is none, is in the future, or is a day old', async () => {
    for (const id of [
      'x',
      '',
      '-1',
      String(stage.rig.time + 60_000),
      String(stage.rig.time - 24 * 60 * 60 * 1000),
    ]) {
      const listener = await listen('sam', id);
      expect(listener.of('reset'), id).to.have.length(id === '' ? 0 : 1);
      expect(listener.of('conversation')).to.deep.equal([]);
      listener.stop();
    }
  });

  it('says reset when more has changed than a list would hold', async () => {
    const { id } = (await listen('sam')).events[0]!;
    await handOver(stage);
    const [message] = await stage.rig.transcript();
    stage.rig.time += 10_000;
    for (let n = 0; n < 10_000; n += 500) {
      await Promise.all(
        Array.from({ length: 500 }, (_, i) =>
          stage.store.messages.insertOne({ ...message!, _id: `in:X${n + i}`, changedAt: stage.rig.time }),
        ),
      );
    }
    const listener = await listen('sam', id);
    expect(listener.of('reset')).to.have.length(1);
    expect(listener.of('message')).to.deep.equal([]);
  });

  it('cuts a reader that does not read', async () => {
    await handOver(stage);
    const { port, hostname } = new URL(stage.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write('GET /api/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-of-sam\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    const connections = () =>
      new Promise<number>((resolve) => {
        stage.http.server.server.getConnections((_, count) => resolve(count));
      });
    expect(await connections()).to.equal(1);
    await eventually(
      async () => {
        await stage.store.conversations.updateOne(
          { _id: CONVERSATION },
          {
            $set: {
              changedAt: stage.rig.time,
              handoff: { reason: 'x', summary: 'x'.repeat(1_000_000), context: '{}' },
            },
            $inc: { version: 1 },
          },
        );
        tick(10);
        return connections();
      },
      (count) => count === 0,
    );
    socket.destroy();
  });

  it('ends when its agent is deleted, and follows their queues', async () => {
    const [ana, eve] = await Promise.all([listen('ana'), listen('eve')]);
    await stage.call('PATCH /api/agents/eve', { as: 'root', body: { queues: ['support'] } });
    await stage.call('DELETE /api/agents/ana', { as: 'root' });
    tick();
    await eventually(
      () => ana.ended(),
      (ended) => ended,
    );
    await eve.hears('presence', ({ data }) => data.agentId === 'ana' && data.deleted === true);
    await handOver(stage);
    tick();
    await eve.hears('conversation', ({ data }) => data.queueId === 'support');
  });

  it('stays open while the store does not answer, and catches up', async () => {
    const sam = await listen('sam');
    const { find } = stage.store.conversations;
    stage.store.conversations.find = () => ({
      toArray: async () => {
        throw new Error('away');
      },
    });
    tick();
    await eventually(
      () => stage.log.lines().filter(({ msg }) => String(msg).includes('events are late')),
      (lines) => lines.length === 1,
    );
    stage.store.conversations.find = find;
    await handOver(stage);
    tick();
    await sam.hears('conversation', ({ data }) => data.state === 'open');
    expect(sam.ended()).to.equal(false);
  });

  it('tells later what it could not tell because the store failed in the middle', async () => {
    const ana = await listen('ana');
    await stage.rig.textIn('Hello');
    await stage.store.conversations.updateOne({ _id: CONVERSATION }, { $set: { changedAt: 0 } });
    const { findOne } = stage.store.conversations;
    let failed = false;
    stage.store.conversations.findOne = async () => {
      failed = true;
      throw new Error('away');
    };
    tick();
    await eventually(
      () => failed,
      (yes) => yes,
    );
    stage.store.conversations.findOne = findOne;
    await ana.hears('message', ({ data }) => data.text === 'Hello');
  });

  it('tells colleagues who may see the conversation that somebody is writing, and not what', async () => {
    await handOver(stage);
    const ana = await listen('ana');
    const ben = await listen('ben');
    const eve = await listen('eve');
    const write = (text: string) =>
      stage.call(`PUT /api/conversations/${CONVERSATION}/draft`, { as: 'ana', body: { text } });
    tick();
    await write('Hel');
    tick();
    const first = await ben.hears('typing');
    expect(first.data).to.deep.equal({
      conversationId: CONVERSATION,
      agentId: 'ana',
      at: new Date(stage.rig.time - 1000).toISOString(),
    });
    await write('Hello');
    tick();
    await ben.hears('typing', ({ data }) => data.at !== first.data.at);
    expect(ben.of('typing')).to.have.length(2);
    expect([...ana.of('typing'), ...eve.of('typing')]).to.deep.equal([]);
    const late = await listen('ben', first.id);
    expect(late.of('typing')).to.deep.equal([]);
  });

  it('tells an agent whom a note names, also in a queue that they do not serve', async () => {
    await handOver(stage);
    const ben = await listen('ben');
    const eve = await listen('eve');
    tick();
    const note = await stage.call(`POST /api/conversations/${CONVERSATION}/messages`, {
      body: { text: 'Do you know this, @eve? Not @nobody, nor mail@ben.', note: true },
    });
    expect(note.body.mentions).to.deep.equal(['eve']);
    tick();
    const { id, data } = await eve.hears('mention');
    expect(data).to.deep.equal({
      conversationId: CONVERSATION,
      messageId: note.body.id,
      by: 'ana',
      at: note.body.at,
    });
    await ben.hears('message', (heard) => heard.data.id === note.body.id);
    expect([...ben.of('mention'), ...eve.of('message')]).to.deep.equal([]);
    expect((await stage.call(`GET /api/conversations/${CONVERSATION}`, { as: 'eve' })).status).to.equal(403);
    eve.stop();
    const again = await listen('eve', String(Number(id) - 1000));
    await again.hears('mention', (heard) => heard.data.messageId === note.body.id);
  });

  it('tells a colleague who is asked, whatever queues they serve, and shows when they have left', async () => {
    await handOver(stage);
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
    const eve = await listen('eve');
    await stage.call(`POST /api/conversations/${CONVERSATION}/consult`, {
      body: { agentId: 'eve', speak: true },
    });
    tick();
    const { data } = await eve.hears('conversation', (heard) => heard.data.consulted.includes('eve'));
    expect(data).to.deep.include({ id: CONVERSATION, agentId: 'ana', participants: ['eve'] });
    await stage.call(`POST /api/conversations/${CONVERSATION}/leave`, { as: 'eve' });
    tick();
    await eve.hears('conversation', (heard) => heard.data.consulted.length === 0);
  });

  it('sends a heartbeat when nothing happens', async () => {
    const sam = await listen('sam');
    tick(15_000);
    await eventually(
      () => sam.raw(),
      (raw) => raw.endsWith('\n\n:\n\n'),
    );
  });

  it('reads nothing when nobody listens', async () => {
    let reads = 0;
    const { find } = stage.store.conversations;
    stage.store.conversations.find = (...query) => {
      reads++;
      return find.apply(stage.store.conversations, query);
    };
    /** The reads of whoever still takes hints. */
    const readsAtHints = async () => {
      reads = 0;
      for (let n = 0; n < 10; n++) {
        tick();
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
      return reads;
    };
    const sam = await listen('sam');
    await eventually(readsAtHints, (count) => count > 0);
    sam.stop();
    await eventually(readsAtHints, (count) => count === 0);
    expect(await readsAtHints()).to.equal(0);
    // And begins again with the next listener.
    await handOver(stage);
    const ana = await listen('ana');
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
    tick();
    await ana.hears('conversation', ({ data }) => data.agentId === 'ana');
  });
});

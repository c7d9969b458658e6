import { expect } from 'chai';
import { stub } from 'sinon';
import { takeBack } from '../../src/conversations/absence.ts';
import { GRACE, RENEW_EVERY } from '../../src/conversations/grace.ts';
import { createGuardedWrite } from '../../src/conversations/guarded-write.ts';
import type { HttpServer } from '../../src/http/server.ts';
import { eventually } from '../support/eventually.ts';
import { comeIn, createHints, type Hints, handOver, openStage, type Stage } from './stage.ts';

describe('attendance', () => {
  let stage: Stage;
  /** Two processes with one store. */
  let one: Process;
  let two: Process;
  let streams: AbortController[];

  interface Process {
    http: HttpServer;
    url: string;
    changes: Hints;
    /** How many answers are under way. */
    inHand: () => number;
  }

  beforeEach(async () => {
    streams = [];
    stage = await openStage();
    [one, two] = await Promise.all([serve(), serve()]);
    await comeIn(stage, 'ana');
  });
  afterEach(async () => {
    for (const stream of streams) stream.abort();
    await stage.close();
  });

  async function serve(): Promise<Process> {
    const changes = createHints();
    let inHand = 0;
    const served = await stage.serve({ changes }, ({ server }) =>
      server.server.on('request', (_req, res) => {
        inHand += 1;
        res.on('close', () => {
          inHand -= 1;
        });
      }),
    );
    return { ...served, changes, inHand: () => inHand };
  }
  /** Resolves with what ends the stream, once it is open. */
  async function listen({ url }: Process): Promise<AbortController> {
    const stream = new AbortController();
    streams.push(stream);
    const answer = await fetch(`${url}/api/events`, {
      signal: stream.signal,
      headers: { authorization: 'Bearer token-of-ana' },
    });
    expect(answer.status).to.equal(200);
    void answer.text().catch(() => {});
    return stream;
  }
  /** The loop of each process takes a turn. Resolves when it rests again. */
  async function turn(...processes: Process[]): Promise<void> {
    for (const { changes } of processes) {
      changes.wake();
      await eventually(changes.resting, (resting) => resting);
    }
  }
  /** The loop finds that nobody listens any more. */
  async function ends({ changes }: Process): Promise<void> {
    changes.wake();
    for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect(changes.resting()).to.equal(false);
  }
  const ana = async () => (await stage.store.agents.findOne({ _id: 'ana' })) ?? expect.fail('she is gone');
  const graceUntil = async () => (await ana()).graceUntil;
  async function look(): Promise<void> {
    const parts = { ...stage.rig.turns, store: stage.store, due: () => {} };
    await takeBack(parts, createGuardedWrite(parts), 'ana');
  }

  it('begins with a stream, and nothing else', async () => {
    await stage.call('GET /api/me');
    await stage.call('PUT /api/me/presence', { body: { presence: 'available' } });
    expect(await graceUntil()).to.equal(undefined);
    await listen(one);
    expect(await graceUntil()).to.equal(stage.rig.time + GRACE);
  });

  it('is said every 50 seconds while the stream is open', async () => {
    const { time } = stage.rig;
    await listen(one);
    await turn(one);
    stage.rig.time = time + RENEW_EVERY - 1;
    await turn(one);
    expect(await graceUntil()).to.equal(time + GRACE);
    stage.rig.time = time + RENEW_EVERY;
    await turn(one);
    expect(await graceUntil()).to.equal(time + RENEW_EVERY + GRACE);
  });

  it('is said by the process that still has a stream, when another process dies', async () => {
    await listen(one);
    await listen(two);
    await one.http.close();
    for (let n = 0; n < 4; n++) {
      stage.rig.time += RENEW_EVERY;
      await turn(two);
      await look();
    }
    expect(await ana()).to.include({ presence: 'available', graceUntil: stage.rig.time + GRACE });
  });

  it('goes from one process to another with the agent', async () => {
    const first = await listen(one);
    first.abort();
    await eventually(one.inHand, (count) => count === 0);
    stage.rig.time += GRACE - 1;
    await ends(one);
    await listen(two);
    stage.rig.time += 1;
    await look();
    expect((await ana()).presence).to.equal('available');
  });

  it('ends by itself once no process has a stream: the agent is offline, what they had waits', async () => {
    const id = await handOver(stage);
    await stage.call(`POST /api/conversations/${id}/claim`);
    const stream = await listen(one);
    await turn(one);
    const until = await graceUntil();
    stream.abort();
    await eventually(one.inHand, (count) => count === 0);
    stage.rig.time += GRACE - 1;
    await ends(one);
    await look();
    expect(await ana()).to.include({ presence: 'available', graceUntil: until });
    stage.rig.time += 1;
    await look();
    expect((await ana()).presence).to.equal('offline');
    expect((await stage.call(`GET /api/conversations/${id}`)).body).to.include({
      state: 'open',
      agentId: null,
    });
  });

  it('goes on while events cannot be read', async () => {
    await listen(one);
    await turn(one);
    const { time } = stage.rig;
    const away = stub(stage.store.conversations, 'find').throws(new Error('it cannot be read'));
    stage.rig.time += RENEW_EVERY;
    one.changes.wake();
    await eventually(graceUntil, (until) => until === time + RENEW_EVERY + GRACE);
    away.restore();
  });

  it('opens no stream that it cannot say', async () => {
    const away = stub(stage.store.agents, 'updateOne').rejects(new Error('the store is away'));
    const answer = await fetch(`${one.url}/api/events`, {
      headers: { authorization: 'Bearer token-of-ana' },
    });
    expect(answer.status).to.equal(500);
    away.restore();
  });
});

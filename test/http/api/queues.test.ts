import { expect } from 'chai';
import { CONVERSATION } from '../../support/conversations.ts';
import { aWorkstream } from '../../support/workstreams.ts';
import { handOver, openStage, type Stage } from '../stage.ts';

/** What a queue without settings of its own has. */
const ALWAYS = { hours: null, overflow: [], levelSeconds: null, open: true, opensAt: null };

const HOURS = {
  timeZone: 'Europe/Madrid',
  week: [{ day: 1, from: '09:00', to: '18:00' }],
  holidays: [{ date: '2026-12-28', name: 'Inocentes', open: [{ from: '09:00', to: '12:00' }] }],
};

const overflowTo = (queueId: string) => {
  const then = { do: 'queue', queueId };
  return [{ when: { is: 'full', waiting: 20 }, then }];
};

describe('/api/queues', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  it('tells what waits, since when, and who is there for it', async () => {
    const empty = {
      id: 'support',
      name: 'support',
      priority: 0,
      waiting: 0,
      oldest: null,
      agentsAvailable: 0,
      agentsThere: 0,
      changedAt: '1970-01-01T00:00:00.000Z',
      ...ALWAYS,
    };
    expect((await stage.call('GET /api/queues/support')).body).to.deep.equal(empty);
    await handOver(stage);
    await stage.call('PUT /api/me/presence', { as: 'ben', body: { presence: 'available' } });
    await stage.call('PUT /api/me/presence', { as: 'ana', body: { presence: 'busy' } });
    const { body } = await stage.call('GET /api/queues');
    expect(body.items).to.deep.equal([
      { ...empty, id: 'sales', name: 'sales', priority: 5, agentsAvailable: 1, agentsThere: 1 },
      {
        ...empty,
        waiting: 1,
        oldest: new Date(stage.rig.time).toISOString(),
        agentsAvailable: 1,
        agentsThere: 2,
      },
    ]);
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
    expect((await stage.call('GET /api/queues/support')).body.waiting).to.equal(0);
  });

  it('finds the oldest whatever its priority', async () => {
    await handOver(stage);
    const oldest = new Date(stage.rig.time).toISOString();
    const waiting = await stage.rig.conversation();
    for (const [n, priority] of [3, 3, 9, -1].entries()) {
      await stage.store.conversations.insertOne({
        ...waiting,
        _id: `15550109999-10${n}`,
        priority,
        queuedAt: stage.rig.time + 1000 + n,
      });
    }
    expect((await stage.call('GET /api/queues/support')).body).to.include({ waiting: 5, oldest });
  });

  it('adds and changes a queue', async () => {
    const made = await stage.call('POST /api/queues', {
      as: 'root',
      body: { id: 'returns', name: 'Returns' },
    });
    expect(made.status).to.equal(201);
    expect(made.body).to.include({ id: 'returns', name: 'Returns', priority: 0, waiting: 0 });
    const changed = await stage.call('PATCH /api/queues/returns', { as: 'root', body: { priority: 7 } });
    expect(changed.body).to.include({ name: 'Returns', priority: 7 });
    const twice = await stage.call('POST /api/queues', { as: 'root', body: { id: 'returns', name: 'x' } });
    expect([twice.status, twice.body.code]).to.deep.equal([409, 'exists_already']);
    const wrong = await stage.call('POST /api/queues', {
      as: 'root',
      body: { id: '', name: '', priority: 1.5, x: 1 },
    });
    expect(wrong.body.problems.map(({ path }: { path: string }) => path)).to.have.members([
      'body.id',
      'body.name',
      'body.priority',
      'body.x',
    ]);
  });

  it('keeps hours, overflow and service level, and takes them away again', async () => {
    const settings = { hours: HOURS, overflow: overflowTo('sales'), levelSeconds: 300 };
    const made = await stage.call('POST /api/queues', {
      as: 'root',
      body: { id: 'returns', name: 'Returns', ...settings },
    });
    expect(made.status).to.equal(201);
    const { open: _, opensAt: __, ...kept } = (await stage.call('GET /api/queues/returns')).body;
    expect(kept).to.deep.include(settings);
    const change = (body: object) => stage.call('PATCH /api/queues/returns', { as: 'root', body });
    expect((await change({ priority: 3 })).body).to.deep.include({ ...settings, priority: 3 });
    expect((await change({ levelSeconds: null })).body).to.deep.include({ ...settings, levelSeconds: null });
    expect((await change({ hours: null, overflow: [] })).body).to.deep.include({ ...ALWAYS, priority: 3 });
    expect((await change({ ...settings, name: 'R' })).body).to.deep.include({ ...settings, name: 'R' });
  });

  it('has what waits looked at anew when the rules for that change, and for nothing else', async () => {
    const change = async (body: object) => {
      await stage.call('PATCH /api/queues/support', { as: 'root', body });
      return (await stage.store.queues.findOne({ _id: 'support' }))?.lookAnewAt;
    };
    expect(await change({ name: 'Support' })).to.equal(undefined);
    expect(await change({ overflow: overflowTo('sales') })).to.equal(stage.rig.time + 2000);
  });

  it('tells whether it is open, and when it opens', async () => {
    await stage.call('PATCH /api/queues/support', { as: 'root', body: { hours: HOURS } });
    const look = async (time: string) => {
      stage.rig.time = Date.parse(time);
      const { open, opensAt } = (await stage.call('GET /api/queues/support')).body;
      return [open, opensAt];
    };
    expect(await look('2026-12-21T17:59:00+01:00')).to.deep.equal([true, null]);
    expect(await look('2026-12-21T18:00:00+01:00')).to.deep.equal([false, '2026-12-28T08:00:00.000Z']);
    await stage.call('PATCH /api/queues/support', { as: 'root', body: { hours: { ...HOURS, week: [] } } });
    expect(await look('2027-01-01T00:00:00Z')).to.deep.equal([false, null]);
  });

  it('refuses hours and overflow with the path of each mistake', async () => {
    const paths = async (request: string, body: object) => {
      const answer = await stage.call(request, { as: 'root', body });
      expect([answer.status, answer.body.code]).to.deep.equal([400, 'invalid_request']);
      return answer.body.problems.map(({ path }: { path: string }) => path);
    };
    expect(
      await paths('PATCH /api/queues/support', {
        hours: { timeZone: 'Mars/Olympus', week: [{ day: 1, from: '18:00', to: '09:00' }] },
        levelSeconds: 0,
      }),
    ).to.have.members(['body.hours.timeZone', 'body.hours.week.0.to', 'body.levelSeconds']);
    const queueId = 'body.overflow.0.then.queueId';
    for (const named of ['nothing', 'support']) {
      expect(await paths('PATCH /api/queues/support', { overflow: overflowTo(named) })).to.deep.equal([
        queueId,
      ]);
    }
    for (const named of ['nothing', 'new']) {
      const body = { id: 'new', name: 'New', overflow: overflowTo(named) };
      expect(await paths('POST /api/queues', body)).to.deep.equal([queueId]);
    }
    expect((await stage.call('GET /api/queues/support')).body).to.deep.include(ALWAYS);
    expect((await stage.call('GET /api/queues/new')).status).to.equal(404);
  });

  it('refuses a change of what has changed since it was read', async () => {
    const change = (body: object) => stage.call('PATCH /api/queues/support', { as: 'root', body });
    const { body: read } = await stage.call('GET /api/queues/support');
    const first = await change({ changedAt: read.changedAt, overflow: overflowTo('sales') });
    expect(first.status).to.equal(200);
    const { status, body } = await change({ changedAt: read.changedAt, overflow: [] });
    expect([status, body.code]).to.deep.equal([409, 'stale_version']);
    expect(body.changedAt).to.equal(first.body.changedAt);
    // In the same millisecond too.
    const second = await change({ changedAt: first.body.changedAt, name: 'Second' });
    expect(second.status).to.equal(200);
    expect(Date.parse(second.body.changedAt)).to.be.above(Date.parse(first.body.changedAt));
    expect(second.body.overflow).to.deep.equal(overflowTo('sales'));
    expect((await change({ overflow: [] })).status).to.equal(200);
  });

  it('takes no change for one that changes nothing: who has read it may go on', async () => {
    const change = (body: object) => stage.call('PATCH /api/queues/support', { as: 'root', body });
    const { body: read } = await stage.call('GET /api/queues/support');
    expect((await change({ changedAt: read.changedAt })).body).to.deep.equal(read);
    expect((await change({})).body).to.deep.equal(read);
    expect((await change({ changedAt: read.changedAt, name: 'Second' })).status).to.equal(200);
    expect((await change({ changedAt: read.changedAt })).status).to.equal(409);
  });

  it('lets one of two who have read the same change it', async () => {
    const { body: read } = await stage.call('GET /api/queues/support');
    const { changedAt } = read;
    const answers = await Promise.all(
      ['One', 'Two'].map((name) =>
        stage.call('PATCH /api/queues/support', { as: 'root', body: { changedAt, name } }),
      ),
    );
    expect(answers.map(({ status }) => status)).to.have.members([200, 409]);
  });

  it('keeps a queue while the overflow of another goes there', async () => {
    const change = (body: object) => stage.call('PATCH /api/queues/sales', { as: 'root', body });
    const remove = () => stage.call('DELETE /api/queues/support', { as: 'root' });
    await change({ overflow: overflowTo('support') });
    expect((await remove()).body).to.include({ status: 409, code: 'in_use' });
    expect((await stage.call('DELETE /api/queues/nothing', { as: 'root' })).status).to.equal(404);
    await change({ overflow: [] });
    expect((await remove()).status).to.equal(204);
  });

  it('answers 404 for a queue that is not there', async () => {
    expect((await stage.call('GET /api/queues/nothing')).status).to.equal(404);
    expect((await stage.call('PATCH /api/queues/nothing', { as: 'root', body: {} })).status).to.equal(404);
    const lost = { as: 'root', body: { overflow: overflowTo('nobody') } };
    expect((await stage.call('PATCH /api/queues/nothing', lost)).status).to.equal(404);
    expect((await stage.call('DELETE /api/queues/nothing', { as: 'root' })).status).to.equal(404);
  });

  it('keeps a queue while something depends on it', async () => {
    const remove = () => stage.call('DELETE /api/queues/support', { as: 'root' });
    await handOver(stage);
    expect((await remove()).body).to.include({ status: 409, code: 'in_use', conversations: 1 });
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
    expect((await remove()).body).to.include({ code: 'in_use' });
    await stage.call(`POST /api/conversations/${CONVERSATION}/close`);
    await stage.store.workstreams.insertOne(aWorkstream());
    expect((await remove()).body).to.include({ code: 'in_use' });
    for (const rule of [
      { name: 'R', when: 'true', to: [{ queueId: 'support', percent: 100 }] },
      { name: 'R', when: 'open.support', to: [{ queueId: 'sales', percent: 100 }] },
    ]) {
      await stage.store.workstreams.updateOne(
        { _id: 'default' },
        { $set: { queueId: 'sales', settings: { routes: [rule] } } },
      );
      expect((await remove()).body).to.include({ code: 'in_use' });
    }
    await stage.store.workstreams.updateOne({ _id: 'default' }, { $set: { settings: {} } });
    expect((await remove()).status).to.equal(204);
    expect((await stage.call('GET /api/queues/support')).status).to.equal(404);
  });
});

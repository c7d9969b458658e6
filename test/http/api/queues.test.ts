import { expect } from 'chai';
import { CONVERSATION } from '../../support/conversations.ts';
import { handOver, openStage, type Stage } from '../stage.ts';

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
    };
    expect((await stage.call('GET /api/queues/support')).body).to.deep.equal(empty);
    await handOver(stage);
    await stage.call('PUT /api/me/presence', { as: 'ben', body: { presence: 'available' } });
    await stage.call('PUT /api/me/presence', { as: 'ana', body: { presence: 'busy' } });
    const { body } = await stage.call('GET /api/queues');
    expect(body.items).to.deep.equal([
      { id: 'sales', name: 'sales', priority: 5, waiting: 0, oldest: null, agentsAvailable: 1 },
      { ...empty, waiting: 1, oldest: new Date(stage.rig.time).toISOString(), agentsAvailable: 1 },
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

  it('answers 404 for a queue that is not there', async () => {
    expect((await stage.call('GET /api/queues/nothing')).status).to.equal(404);
    expect((await stage.call('PATCH /api/queues/nothing', { as: 'root', body: {} })).status).to.equal(404);
    expect((await stage.call('DELETE /api/queues/nothing', { as: 'root' })).status).to.equal(404);
  });

  it('keeps a queue while something depends on it', async () => {
    const remove = () => stage.call('DELETE /api/queues/support', { as: 'root' });
    await handOver(stage);
    expect((await remove()).body).to.include({ status: 409, code: 'in_use', conversations: 1 });
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
    expect((await remove()).body).to.include({ code: 'in_use' });
    await stage.call(`POST /api/conversations/${CONVERSATION}/close`);
    await stage.store.workstreams.insertOne({
      _id: 'default',
      numbers: [],
      language: 'en',
      queueId: 'support',
    });
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

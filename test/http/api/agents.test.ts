import { expect } from 'chai';
import { CONVERSATION } from '../../support/conversations.ts';
import { anAgent, handOver, openStage, type Stage } from '../stage.ts';

describe('/api/agents', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
    await stage.store.workstreams.insertOne({
      _id: 'default',
      numbers: [],
      language: 'en',
      queueId: 'support',
    });
  });
  afterEach(() => stage.close());

  const create = (body: unknown) => stage.call('POST /api/agents', { as: 'root', body });
  const change = (id: string, body: unknown) => stage.call(`PATCH /api/agents/${id}`, { as: 'root', body });
  const remove = (id: string) => stage.call(`DELETE /api/agents/${id}`, { as: 'root' });

  it('makes an agent whose token works, and is kept as a hash only', async () => {
    const given = {
      id: 'dan',
      name: 'Dan',
      role: 'supervisor',
      queues: ['sales'],
      languages: ['en', 'zh-TW'],
      skills: ['orders'],
      capacity: 3,
      limits: { default: 2 },
    };
    const { status, body } = await create(given);
    expect(status).to.equal(201);
    expect(body.agent).to.deep.equal({ ...given, presence: 'offline', presenceId: null, load: 0 });
    const me = await stage.call('GET /api/me', {
      as: null,
      headers: { authorization: `Bearer ${body.token}` },
    });
    expect(me.body).to.deep.equal(body.agent);
    expect(JSON.stringify(await stage.store.agents.find({}).toArray())).not.to.contain(body.token);
    expect((await stage.call('GET /api/agents/dan', { as: 'root' })).text).not.to.contain('token');
  });

  it('needs an id and a name; the rest has defaults', async () => {
    const { body } = await create({ id: 'dan', name: ' Dan ' });
    expect(body.agent).to.deep.equal({
      id: 'dan',
      name: 'Dan',
      role: 'agent',
      queues: [],
      languages: [],
      skills: [],
      capacity: 5,
      limits: {},
      presence: 'offline',
      presenceId: null,
      load: 0,
    });
  });

  it('lists agents, without tokens', async () => {
    const { body, text } = await stage.call('GET /api/agents', { as: 'root' });
    expect(body.items.map(({ id }: { id: string }) => id)).to.deep.equal([
      'ana',
      'ben',
      'eve',
      'root',
      'sam',
    ]);
    expect(text).not.to.match(/token|hash/i);
  });

  it('refuses an id that is taken', async () => {
    const { status, body } = await create({ id: 'ana', name: 'Another' });
    expect([status, body.code]).to.deep.equal([409, 'exists_already']);
  });

  for (const [what, body, paths] of [
    ['an id with a space', { id: 'a b', name: 'x' }, ['body.id']],
    ['a role that is none', { id: 'dan', name: 'x', role: 'king' }, ['body.role']],
    ['a capacity of none', { id: 'dan', name: 'x', capacity: 0 }, ['body.capacity']],
    [
      'a queue that is not there',
      { id: 'dan', name: 'x', queues: ['support', 'nothing'] },
      ['body.queues.1'],
    ],
    [
      'a limit for a workstream that is not there',
      { id: 'dan', name: 'x', limits: { no: 1 } },
      ['body.limits.no'],
    ],
    ['a limit below none', { id: 'dan', name: 'x', limits: { default: -1 } }, ['body.limits.default']],
    ['a token of one’s own', { id: 'dan', name: 'x', token: 'abc' }, ['body.token']],
    ['nothing', {}, ['body.id', 'body.name']],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const answer = await create(body);
      expect(answer.status).to.equal(400);
      expect(answer.body.problems.map(({ path }: { path: string }) => path)).to.have.members(paths);
    });
  }

  it('changes what is named, and nothing else', async () => {
    const { status, body } = await change('ana', { queues: ['sales'], capacity: 9 });
    expect(status).to.equal(200);
    expect(body).to.include({ id: 'ana', name: 'Ana', role: 'agent', capacity: 9 });
    expect(body.queues).to.deep.equal(['sales']);
    expect((await change('ana', {})).body).to.deep.equal(body);
    expect((await change('ana', { id: 'x' })).body.problems[0].path).to.equal('body.id');
    expect((await change('ana', { queues: ['nothing'] })).status).to.equal(400);
    expect((await change('ana', { limits: { default: 2 } })).body).to.deep.include({
      limits: { default: 2 },
    });
    expect((await change('ana', { limits: { nothing: 2 } })).status).to.equal(400);
    expect((await change('nobody', { name: 'x' })).status).to.equal(404);
  });

  it('takes new rights into account at once', async () => {
    expect((await stage.call('GET /api/messages?status=failed')).status).to.equal(403);
    await change('ana', { role: 'supervisor' });
    expect((await stage.call('GET /api/messages?status=failed')).status).to.equal(200);
  });

  it('deletes an agent, whose token is void at once', async () => {
    expect(await remove('ana')).to.include({ status: 204, text: '' });
    expect((await stage.call('GET /api/me')).status).to.equal(401);
    expect((await remove('ana')).status).to.equal(404);
  });

  it('deletes nobody who owns a conversation', async () => {
    await handOver(stage);
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
    const { status, body } = await remove('ana');
    expect(status).to.equal(409);
    expect(body).to.include({ code: 'in_use', conversations: 1 });
    await stage.call(`POST /api/conversations/${CONVERSATION}/close`);
    expect((await remove('ana')).status).to.equal(204);
  });

  it('keeps the last admin', async () => {
    for (const refused of [await remove('root'), await change('root', { role: 'agent' })]) {
      expect([refused.status, refused.body.code]).to.deep.equal([409, 'last_admin']);
    }
    expect((await change('root', { name: 'The root', role: 'admin' })).status).to.equal(200);
    await stage.store.agents.insertOne(anAgent('kim', 'admin', []));
    expect((await change('kim', { role: 'supervisor' })).status).to.equal(200);
    await change('kim', { role: 'admin' });
    expect((await remove('kim')).status).to.equal(204);
  });
});

describe('/api/me', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  it('says who I am', async () => {
    expect((await stage.call('GET /api/me')).body).to.include({
      id: 'ana',
      name: 'Ana',
      role: 'agent',
      presence: 'offline',
    });
  });

  it('takes my presence', async () => {
    for (const presence of ['available', 'busy', 'do_not_disturb', 'away', 'offline']) {
      const { status, body } = await stage.call('PUT /api/me/presence', { body: { presence } });
      expect([status, body.presence]).to.deep.equal([200, presence]);
    }
    const wrong = await stage.call('PUT /api/me/presence', { body: { presence: 'asleep' } });
    expect([wrong.status, wrong.body.problems[0].path]).to.deep.equal([400, 'body.presence']);
  });
});

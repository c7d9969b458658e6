import { expect } from 'chai';
import { comeIn, handOver, openStage, type Stage } from '../stage.ts';

describe('GET /api/colleagues', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  const list = async (query = '', as = 'ana') =>
    (await stage.call(`GET /api/colleagues${query}`, { as })).body.items;
  const ids = async (query = '', as = 'ana') => (await list(query, as)).map(({ id }: { id: string }) => id);

  it('tells an agent of everybody else, whatever queues they serve', async () => {
    expect(await ids()).to.deep.equal(['ben', 'eve', 'root', 'sam']);
    expect(await ids('', 'sam')).to.deep.equal(['ana', 'ben', 'eve', 'root']);
  });

  it('tells who serves a queue', async () => {
    expect(await ids('?queue=sales')).to.deep.equal(['ben', 'eve']);
    expect(await ids('?queue=support')).to.deep.equal(['ben']);
    expect(await ids('?queue=moon')).to.deep.equal([]);
  });

  it('comes whole, or a page at a time', async () => {
    const { body } = await stage.call('GET /api/colleagues?queue=sales&limit=1');
    expect(body.items).to.have.length(1);
    expect(await ids(`?queue=sales&limit=1&cursor=${body.cursor}`)).to.deep.equal(['eve']);
    expect((await stage.call('GET /api/colleagues?quue=sales')).body.code).to.equal('invalid_request');
  });

  it('says what helps to choose one, and nothing of their work or token', async () => {
    await stage.store.presences.insertOne({ _id: 'lunch', name: 'Lunch', base: 'away' });
    await stage.store.agents.updateOne({ _id: 'ben' }, { $set: { languages: ['es'], skills: ['returns'] } });
    await stage.call('PUT /api/me/presence', { as: 'ben', body: { presenceId: 'lunch' } });
    const [ben, eve] = await list();
    expect(ben).to.deep.equal({
      id: 'ben',
      name: 'Ben',
      presence: 'away',
      presenceId: 'lunch',
      queues: ['support', 'sales'],
      languages: ['es'],
      skills: ['returns'],
    });
    expect(eve.presenceId).to.equal(null);
  });

  it('names those whom the desk takes: to transfer to who is not offline, and to ask whoever it is', async () => {
    await comeIn(stage, 'eve');
    const conversation = await handOver(stage);
    const post = (action: string, body: object) =>
      stage.call(`POST /api/conversations/${conversation}/${action}`, { body });
    await post('claim', {});
    const colleagues: { id: string; presence: string }[] = await list();
    for (const { id: agentId } of colleagues) {
      expect((await post('consult', { agentId, speak: false })).status, agentId).to.equal(200);
    }
    const there = colleagues.filter(({ presence }) => presence !== 'offline').map(({ id }) => id);
    expect(there).to.deep.equal(['eve']);
    expect((await post('transfer', { agentId: 'ben' })).body.code).to.equal('nobody_there');
    expect((await post('transfer', { agentId: 'eve' })).status).to.equal(200);
  });
});

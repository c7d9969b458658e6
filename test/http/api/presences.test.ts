import { expect } from 'chai';
import { GRACE } from '../../../src/conversations/grace.ts';
import { offerPass } from '../../../src/conversations/offers.ts';
import { aQueue } from '../../support/queues.ts';
import { handOver, openStage, STAGE_ENGINES, type Stage } from '../stage.ts';

describe('/api/presences', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
    await create({ id: 'lunch', name: ' Lunch ', base: 'away' });
  });
  afterEach(() => stage.close());

  const create = (body: unknown) => stage.call('POST /api/presences', { as: 'root', body });
  const mine = (body: unknown) => stage.call('PUT /api/me/presence', { body });
  const stored = () => stage.store.agents.findOne({ _id: 'ana' });

  it('lists own presences by id, to any agent', async () => {
    const made = await create({ id: 'break', name: 'Break', base: 'busy' });
    expect([made.status, made.body]).to.deep.equal([201, { id: 'break', name: 'Break', base: 'busy' }]);
    const { body } = await stage.call('GET /api/presences');
    expect(body.items).to.deep.equal([made.body, { id: 'lunch', name: 'Lunch', base: 'away' }]);
  });

  it('refuses an id that is taken, and what is mapped to nothing', async () => {
    const again = await create({ id: 'lunch', name: 'Lunch', base: 'away' });
    expect([again.status, again.body.code]).to.deep.equal([409, 'exists_already']);
    const wrong = await create({ id: 'nap', name: 'Nap', base: 'asleep' });
    expect([wrong.status, wrong.body.problems[0].path]).to.deep.equal([400, 'body.base']);
  });

  it('is chosen by its id, and left by choosing another', async () => {
    stage.rig.time += 1000;
    const chosen = await mine({ presenceId: 'lunch' });
    expect(chosen.body).to.include({ presence: 'away', presenceId: 'lunch', load: 0, capacity: 5 });
    expect(await stored()).to.include({ presenceAt: stage.rig.time, changedAt: stage.rig.time });
    expect((await stage.call('GET /api/me')).body).to.deep.equal(chosen.body);
    expect((await mine({ presence: 'do_not_disturb' })).body).to.include({
      presence: 'do_not_disturb',
      presenceId: null,
    });
  });

  for (const engine of STAGE_ENGINES) {
    describe(`said once more (${engine})`, () => {
      let stage: Stage;
      beforeEach(async () => {
        stage = await openStage(undefined, engine);
        await stage.store.presences.insertOne({ _id: 'orders', name: 'Orders', base: 'available' });
      });
      afterEach(() => stage.close());

      /** Since when ana is what she says. */
      async function says(body: unknown): Promise<number | undefined> {
        stage.rig.time += 1000;
        const answer = await stage.call('PUT /api/me/presence', { body });
        expect(answer.status).to.equal(200);
        expect(answer.body).to.include(body);
        return (await stage.store.agents.findOne({ _id: 'ana' }))?.presenceAt;
      }

      it('is so since it was said first', async () => {
        const since = await says({ presence: 'available' });
        expect(since).to.equal(stage.rig.time);
        expect(await says({ presence: 'available' })).to.equal(since);
        const own = await says({ presenceId: 'orders' });
        expect(own, 'another one of the same base').to.equal(stage.rig.time);
        expect(await says({ presenceId: 'orders' })).to.equal(own);
        const base = { base: 'available' };
        await stage.call('PATCH /api/presences/orders', { as: 'root', body: base });
        expect(await says({ presenceId: 'orders' }), 'mapped as it was').to.equal(own);
        expect(await says({ presence: 'available' })).to.equal(stage.rig.time);
      });

      it('brings nothing back that is not offered to them again', async () => {
        const id = await handOver(stage);
        stage.rig.set({ distribution: { mode: 'push' } });
        stage.rig.queues = [aQueue('support')];
        await says({ presence: 'available' });
        await stage.call(`POST /api/conversations/${id}/claim`);
        const body = { queueId: 'support' };
        await stage.call(`POST /api/conversations/${id}/transfer`, { as: 'sam', body });
        const offers = () => offerPass({ ...stage.rig.turns, store: stage.store, due: () => {} }, new Map());
        await says({ presence: 'available' });
        expect(await offers()).to.equal(0);
        await says({ presence: 'away' });
        await says({ presence: 'available' });
        expect(await offers()).to.equal(1);
      });
    });
  }

  it('prolongs the grace of who says it, and of nobody else, and begins none', async () => {
    const set = (agentId: string) =>
      stage.call(`PUT /api/agents/${agentId}/presence`, { as: 'sam', body: { presence: 'available' } });
    await mine({ presence: 'available' });
    await set('ana');
    expect(await stored()).not.to.have.property('graceUntil');
    await stage.store.agents.updateOne({ _id: 'ana' }, { $set: { graceUntil: 5 } });
    await set('ana');
    expect(await stored()).to.include({ graceUntil: 5 });
    await mine({ presence: 'available' });
    expect(await stored()).to.include({ graceUntil: stage.rig.time + GRACE });
  });

  it('leaves an agent who is offline what they have', async () => {
    await stage.call('PUT /api/me/presence', { body: { presence: 'available' } });
    const id = await handOver(stage);
    await stage.call(`POST /api/conversations/${id}/claim`);
    await mine({ presence: 'offline' });
    const { body } = await stage.call(`GET /api/conversations/${id}`);
    expect(body).to.include({ state: 'active', agentId: 'ana' });
  });

  describe('of an agent to whom something is offered', () => {
    let id: string;
    beforeEach(async () => {
      id = await handOver(stage);
      stage.rig.set({ distribution: { mode: 'push' } });
      stage.rig.queues = [aQueue('support')];
      await mine({ presence: 'available' });
      await offerPass({ ...stage.rig.turns, store: stage.store, due: () => {} }, new Map());
      expect(await offeredTo()).to.equal('ana');
    });

    const offeredTo = async () => (await stage.rig.conversation()).offer?.agentId;
    const claimOfBen = async () =>
      (await stage.call(`POST /api/conversations/${id}/claim`, { as: 'ben' })).status;

    for (const [how, offline] of [
      ['they say that they are offline', () => mine({ presence: 'offline' })],
      [
        'a supervisor says so',
        () => stage.call('PUT /api/agents/ana/presence', { as: 'sam', body: { presence: 'offline' } }),
      ],
      [
        'the own presence that they have is mapped to it',
        async () => {
          await mine({ presenceId: 'lunch' });
          return stage.call('PATCH /api/presences/lunch', { as: 'root', body: { base: 'offline' } });
        },
      ],
      ['they are deleted', () => stage.call('DELETE /api/agents/ana', { as: 'root' })],
    ] as const) {
      it(`lets colleagues have it as soon as ${how}`, async () => {
        expect(await claimOfBen()).to.equal(409);
        expect((await offline()).status).to.be.within(200, 204);
        expect(await offeredTo()).to.equal(undefined);
        expect(await claimOfBen()).to.equal(200);
      });
    }

    for (const presence of ['away', 'busy', 'do_not_disturb']) {
      it(`leaves it theirs while they are ${presence}`, async () => {
        await mine({ presence });
        expect(await offeredTo()).to.equal('ana');
      });
    }
  });

  it('refuses one that there is not, both and neither', async () => {
    const unknown = await mine({ presenceId: 'nap' });
    expect([unknown.status, unknown.body.problems[0].path]).to.deep.equal([400, 'body.presenceId']);
    for (const body of [{}, { presence: 'busy', presenceId: 'lunch' }]) {
      expect((await mine(body)).status).to.equal(400);
    }
    expect((await stored())?.presence).to.equal('offline');
  });

  it('maps those who have it anew when its base changes, and nobody else', async () => {
    await mine({ presenceId: 'lunch' });
    const change = (id: string, body: unknown) =>
      stage.call(`PATCH /api/presences/${id}`, { as: 'root', body });
    expect((await change('lunch', { base: 'busy' })).body).to.deep.equal({
      id: 'lunch',
      name: 'Lunch',
      base: 'busy',
    });
    const { presenceAt } = (await stored())!;
    stage.rig.time += 1000;
    expect((await change('lunch', {})).status).to.equal(200);
    expect((await change('lunch', { name: 'Midday' })).body.name).to.equal('Midday');
    expect((await stored())?.presenceAt, 'a name is no change for them').to.equal(presenceAt);
    expect((await stage.call('GET /api/me')).body).to.include({ presence: 'busy', presenceId: 'lunch' });
    expect((await stage.call('GET /api/me', { as: 'ben' })).body.presence).to.equal('offline');
    for (const body of [{}, { name: 'x' }]) expect((await change('nap', body)).status).to.equal(404);
  });

  it('leaves those who have it their base when it is deleted', async () => {
    await mine({ presenceId: 'lunch' });
    const remove = () => stage.call('DELETE /api/presences/lunch', { as: 'root' });
    expect((await remove()).status).to.equal(204);
    expect((await stage.call('GET /api/me')).body).to.include({ presence: 'away', presenceId: null });
    expect((await remove()).status).to.equal(404);
  });

  it('is set for a colleague by a supervisor', async () => {
    const set = (id: string, body: unknown) =>
      stage.call(`PUT /api/agents/${id}/presence`, { as: 'sam', body });
    expect((await set('ana', { presenceId: 'lunch' })).body).to.include({ id: 'ana', presenceId: 'lunch' });
    expect((await set('ana', { presence: 'available' })).body).to.include({
      presence: 'available',
      presenceId: null,
    });
    expect((await set('nobody', { presence: 'away' })).status).to.equal(404);
  });

  it('shows the load that counts', async () => {
    const work = [
      { conversationId: 'a', workstreamId: 'default', cost: 2 },
      { conversationId: 'b', workstreamId: 'default', cost: 1, reservedUntil: stage.rig.time },
    ];
    await stage.store.agents.updateOne({ _id: 'ana' }, { $set: { work } });
    expect((await stage.call('GET /api/me')).body).to.include({ load: 2, capacity: 5 });
  });
});

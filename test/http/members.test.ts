import { expect } from 'chai';
import { createMembers } from '../../src/http/members.ts';
import { openStage, type Stage } from './stage.ts';

describe('members', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  it('tell when a queue opens and closes, though nothing else has changed', async () => {
    await stage.store.queues.updateOne(
      { _id: 'support' },
      { $set: { hours: { timeZone: 'UTC', week: [{ day: 1, from: 540, to: 1080 }], holidays: [] } } },
    );
    const members = createMembers(stage.store);
    const news = async (time: string): Promise<[string, boolean][]> =>
      (await members.read(false, Date.parse(time)))
        .filter(({ name }) => name === 'queue')
        .map(({ data }) => JSON.parse(data))
        .map(({ id, open }) => [id, open]);
    expect(await news('2026-03-02T08:00:00Z')).to.have.deep.members([
      ['sales', true],
      ['support', false],
    ]);
    expect(await news('2026-03-02T08:59:59Z')).to.deep.equal([]);
    expect(await news('2026-03-02T09:00:00Z')).to.deep.equal([['support', true]]);
    expect(await news('2026-03-02T18:00:00Z')).to.deep.equal([['support', false]]);
  });

  it('tell an agent’s own presence and load, again when one of them changes', async () => {
    const members = createMembers(stage.store);
    const news = async () =>
      (await members.read(false, stage.rig.time))
        .filter(({ name }) => name === 'presence')
        .map(({ data }) => JSON.parse(data));
    const ana = { agentId: 'ana', name: 'Ana', presence: 'offline', presenceId: null, load: 0 };
    expect(await news()).to.deep.include(ana);
    const change = (fields: object) => stage.store.agents.updateOne({ _id: 'ana' }, { $set: fields });
    await change({ presence: 'away', presenceId: 'lunch' });
    expect(await news()).to.deep.equal([{ ...ana, presence: 'away', presenceId: 'lunch' }]);
    await change({ work: [{ conversationId: 'c', workstreamId: 'default', cost: 2 }] });
    expect(await news()).to.deep.equal([{ ...ana, presence: 'away', presenceId: 'lunch', load: 2 }]);
    await change({ graceUntil: stage.rig.time + 1000 });
    expect(await news(), 'that they are connected is no news').to.deep.equal([]);
  });
});

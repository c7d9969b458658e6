import { expect } from 'chai';
import { handOver, openStage, type Stage } from '../stage.ts';

describe('drafts', () => {
  let stage: Stage;
  let conversation: string;
  beforeEach(async () => {
    stage = await openStage();
    conversation = await handOver(stage);
  });
  afterEach(() => stage.close());

  const write = (as: string, text: string) =>
    stage.call(`PUT /api/conversations/${conversation}/draft`, { as, body: { text } });
  const drafts = async (as: string) =>
    (await stage.call(`GET /api/conversations/${conversation}/drafts`, { as })).body.items;

  it('show who else is writing, and what only to oneself', async () => {
    const at = new Date(stage.rig.time).toISOString();
    expect((await write('ana', 'Hel')).body).to.deep.equal({ agentId: 'ana', at, text: 'Hel' });
    stage.rig.time += 1000;
    const later = new Date(stage.rig.time).toISOString();
    await write('ben', 'Good');
    expect(await drafts('ana')).to.deep.equal([
      { agentId: 'ben', at: later },
      { agentId: 'ana', at, text: 'Hel' },
    ]);
    await write('ana', 'Hello');
    expect(await drafts('sam')).to.have.deep.members([
      { agentId: 'ben', at: later },
      { agentId: 'ana', at: later },
    ]);
    expect((await drafts('ana')).find((one: { agentId: string }) => one.agentId === 'ana').text).to.equal(
      'Hello',
    );
  });

  it('are gone once the agent has answered, by hand or by a macro, or thrown them away', async () => {
    await stage.call(`POST /api/conversations/${conversation}/claim`);
    await write('ana', 'Hello');
    await write('ben', 'Good');
    await stage.call(`POST /api/conversations/${conversation}/messages`, { body: { text: 'x', note: true } });
    expect(await drafts('sam')).to.have.length(2);
    await stage.call(`POST /api/conversations/${conversation}/messages`, { body: { text: 'Hello' } });
    expect(await drafts('ana')).to.have.length(1);
    await write('ana', 'Again');
    await stage.call('POST /api/macros', {
      as: 'sam',
      body: { id: 'm', name: 'M', steps: [{ do: 'reply', text: 'Again' }] },
    });
    await stage.call(`POST /api/conversations/${conversation}/macros/m`);
    expect(await drafts('ana')).to.have.length(1);
    const remove = () => stage.call(`DELETE /api/conversations/${conversation}/draft`, { as: 'ben' });
    expect((await remove()).status).to.equal(204);
    expect(await drafts('ana')).to.deep.equal([]);
    expect((await remove()).status).to.equal(204);
  });

  it('are kept for seven days', async () => {
    await write('ana', 'Hello');
    stage.rig.time += 7 * 24 * 60 * 60 * 1000 - 1;
    expect(await drafts('ana')).to.have.length(1);
    stage.rig.time += 1;
    expect(await drafts('ana')).to.have.length(0);
  });

  it('are for those who may see the conversation', async () => {
    expect((await write('eve', 'x')).status).to.equal(403);
    expect(
      (await stage.call(`GET /api/conversations/${conversation}/drafts`, { as: 'eve' })).status,
    ).to.equal(403);
    expect((await write('ana', '')).body.problems[0].path).to.equal('body.text');
  });
});

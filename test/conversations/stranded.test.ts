import { expect } from 'chai';
import { handOver, openStage, type Stage } from '../http/stage.ts';
import { CONVERSATION, createRig } from '../support/conversations.ts';
import { aQueue } from '../support/queues.ts';
import { aWorkstream } from '../support/workstreams.ts';
import { wrappedStore } from '../support/wrapped-store.ts';

describe('what comes to a queue or an agent while they are deleted', () => {
  let stage: Stage;
  /** What happens just before an operation on the store, such as `queues.deleteOne`; once. */
  let meanwhile: { before: string; does: () => Promise<unknown> } | undefined;

  beforeEach(async () => {
    stage = await openStage();
    await stage.store.workstreams.insertOne(aWorkstream());
    const store = wrappedStore(stage.store, async (operation, run) => {
      const name = operation === 'durable' ? operation : `${operation.collection}.${operation.method}`;
      const { does } = meanwhile?.before === name ? meanwhile : {};
      if (does) {
        meanwhile = undefined;
        await does();
      }
      return run();
    });
    const { desk, queues } = createRig(store);
    queues.push(aQueue('support'), aQueue('sales'));
    stage.url = (await stage.serve({ store, desk })).url;
    await handOver(stage);
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
  });
  afterEach(() => stage.close());

  const transfer = (to: object) =>
    stage.call(`POST /api/conversations/${CONVERSATION}/transfer`, { as: 'sam', body: to });
  const remove = (what: string) => stage.call(`DELETE /api/${what}`, { as: 'root' });

  const CASES = [
    { to: { queueId: 'sales' }, what: 'queues/sales', deletion: 'queues.deleteOne', reason: 'assigned' },
    { to: { agentId: 'ben' }, what: 'agents/ben', deletion: 'agents.deleteOne', reason: 'agent_gone' },
  ];
  for (const { to, what, deletion, reason } of CASES) {
    const [kind = ''] = what.split('s/');

    async function expectItBack(): Promise<void> {
      const { state, agentId, queueId, stretches } = await stage.rig.conversation();
      expect({ state, agentId, queueId }).to.deep.equal({
        state: 'open',
        agentId: undefined,
        queueId: 'support',
      });
      expect(stretches.at(-1)).to.include({ reason });
      const { body } = await stage.call('POST /api/queues/support/claim');
      expect(body).to.include({ id: CONVERSATION, agentId: 'ana' });
    }

    it(`waits in its queue again where the ${kind} is looked at before the transfer`, async () => {
      meanwhile = { before: deletion, does: () => transfer(to) };
      expect((await remove(what)).status).to.equal(204);
      await expectItBack();
    });

    it(`waits in its queue again where the transfer has read the ${kind} before`, async () => {
      meanwhile = { before: 'conversations.findOneAndUpdate', does: () => remove(what) };
      const { status, body } = await transfer(to);
      expect(status).to.equal(200);
      expect(body).to.include({ state: 'open', agentId: null, queueId: 'support' });
      await expectItBack();
    });

    it(`waits in its queue again where who deletes the ${kind} dies, and it is deleted once more`, async () => {
      const died = () => Promise.reject(new Error('died'));
      const dies = () => {
        meanwhile = { before: 'conversations.find', does: died };
        return transfer(to);
      };
      meanwhile = { before: deletion, does: dies };
      expect((await remove(what)).status).to.equal(500);
      expect((await stage.rig.conversation()).queueId).to.equal(kind === 'queue' ? 'sales' : 'support');
      expect((await remove(what)).status).to.equal(404);
      await expectItBack();
    });
  }

  it('also where they claim it', async () => {
    await transfer({ queueId: 'sales' });
    const claim = () => stage.call('POST /api/queues/sales/claim', { as: 'eve' });
    meanwhile = { before: 'agents.deleteOne', does: claim };
    expect((await remove('agents/eve')).status).to.equal(204);
    const { state, queueId, stretches } = await stage.rig.conversation();
    expect({ state, queueId }).to.deep.equal({ state: 'open', queueId: 'sales' });
    expect(stretches.map((one) => one.reason).slice(-2)).to.deep.equal(['claimed', 'agent_gone']);
  });
});

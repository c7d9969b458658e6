import { expect } from 'chai';
import { traced } from '../../../src/conversations/trace.ts';
import type { ConversationDoc } from '../../../src/store/documents.ts';
import { aConversation, CONVERSATION } from '../../support/conversations.ts';
import { openStage, type Stage } from '../stage.ts';

describe('GET /api/conversations/{id}/trace', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
    stage.rig.time = Date.parse('2026-03-02T09:30:00Z');
    stage.rig.set({ distribution: { mode: 'push' } });
  });
  afterEach(() => stage.close());

  const waits = (fields: Partial<ConversationDoc> = {}) =>
    stage.store.conversations.insertOne(
      aConversation({
        _id: CONVERSATION,
        state: 'open',
        queueId: 'support',
        queuedAt: 0,
        turnAt: 0,
        ...fields,
      }),
    );
  const items = async () => (await stage.call(`GET /api/conversations/${CONVERSATION}/trace`)).body.items;

  it('says at the end why nobody can have it now', async () => {
    const rule = { step: 'queue', values: {}, result: 'held', decision: { queueId: 'support' } } as const;
    await waits({ trace: traced({}, [rule], 0) });
    for (const id of ['ana', 'ben']) {
      await stage.store.agents.updateOne({ _id: id }, { $set: { presence: 'away' } });
    }
    expect(await items()).to.deep.equal([
      { at: '1970-01-01T00:00:00.000Z', ...rule },
      {
        at: '2026-03-02T09:30:00.000Z',
        step: 'distribution',
        queueId: 'support',
        agentId: null,
        why: 'nobody_available',
      },
    ]);
  });

  it('says nothing of it where somebody can', async () => {
    await waits();
    await stage.store.agents.updateOne({ _id: 'ana' }, { $set: { presence: 'available', capacity: 1 } });
    expect(await items()).to.deep.equal([]);
  });
});

import { expect } from 'chai';
import { whyUnplaced } from '../../src/conversations/unplaced.ts';
import type { AgentDoc, ConversationDoc, Store } from '../../src/store/documents.ts';
import { anAgent } from '../store/documents.ts';
import { aConversation, createRig, type Rig } from '../support/conversations.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

describe('why nobody has a conversation that waits', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    rig = createRig(store);
    rig.set({ distribution: { mode: 'push', skills: 'exact', languages: true } });
  });
  afterEach(() => dispose());

  const why = (fields: Partial<ConversationDoc> = {}) =>
    whyUnplaced(
      rig.turns,
      aConversation({
        _id: '1-1',
        state: 'open',
        queueId: 'support',
        locale: 'es',
        skills: ['tax'],
        ...fields,
      }),
    );
  const set = (changes: Partial<AgentDoc>) => store.agents.updateOne({ _id: 'ana' }, { $set: changes });

  it('is what keeps the last of them out, one after the other', async () => {
    const ana = anAgent({ _id: 'ana', queues: ['sales'], presence: 'busy', languages: ['en'], capacity: 0 });
    await store.agents.insertOne(ana);
    expect(await why()).to.equal('no_member');
    await set({ queues: ['support'] });
    expect(await why()).to.equal('nobody_available');
    await set({ presence: 'available' });
    expect(await why()).to.equal('no_language');
    await set({ languages: ['es'] });
    expect(await why()).to.equal('no_skill');
    await set({ skills: ['tax'] });
    expect(await why()).to.equal('no_room');
    const passedOver = [{ agentId: 'ana', at: rig.time }];
    expect(await why({ passedOver })).to.equal('all_excluded');
    await set({ capacity: 1 });
    expect(await why({ passedOver })).to.equal('all_excluded');
    expect(await why(), 'there is one').to.equal(null);
  });

  it('is no question where it is not put before agents, or has been', async () => {
    const offer = { agentId: 'ana', at: 0, until: 1 };
    expect(await why({ offer })).to.equal(null);
    expect(await why({ state: 'closed' })).to.equal(null);
    rig.set({ distribution: { mode: 'pick' } });
    expect(await why()).to.equal(null);
    expect(await why({ assignAnyway: true })).to.equal('no_member');
    await store.agents.insertOne(
      anAgent({ _id: 'ana', queues: ['support'], presence: 'offline', skills: ['tax'] }),
    );
    expect(await why({ assignAnyway: true })).to.equal('nobody_available');
    await set({ presence: 'busy' });
    expect(await why({ assignAnyway: true })).to.equal(null);
  });
});

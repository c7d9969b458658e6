import { expect } from 'chai';
import { placementBy } from '../../src/conversations/placement.ts';
import { compileRouting } from '../../src/conversations/routing-rules.ts';
import type { Store } from '../../src/store/documents.ts';
import { aConversation, CUSTOMER, NUMBER } from '../support/conversations.ts';
import { aQueue, rule } from '../support/queues.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

describe('where a handoff goes that finds thousands waiting', () => {
  const COUNT = 1500;
  let store: Store;
  let dispose: () => Promise<void>;

  before(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    for (let n = 0; n < COUNT; n++) {
      const place = { state: 'open', queueId: 'support', queuedAt: n, turnAt: n } as const;
      await store.conversations.insertOne(aConversation({ _id: `c${n}`, ...place }));
    }
    for (const id of ['support', 'sales']) await store.queues.insertOne(aQueue(id));
  });
  after(() => dispose());

  const place = (when: string) =>
    placementBy(
      { store, now: () => 0, random: () => 0 },
      {
        compiled: compileRouting({
          classification: [],
          routes: [{ name: 'Long', when, to: [{ queueId: 'sales', percent: 100 }] }],
        }),
        asksWaiting: true,
        fallbackQueueId: 'support',
      },
      {
        customer: CUSTOMER,
        number: NUMBER,
        locale: 'en',
        queue: null,
        reason: 'customer_asked',
        context: {},
        skills: [],
        priority: null,
      },
    );

  it('is asked of all of them by the rules of its workstream', async () => {
    expect(await place('waiting.support >= 1500')).to.include({ queueId: 'sales' });
    expect(await place('waiting.support > 1500')).to.include({ queueId: 'support' });
  });

  it('is asked of all of them by the rule of its queue for when it is full', async () => {
    for (const [waiting, action] of [
      [COUNT, { do: 'end' }],
      [COUNT + 1, null],
    ] as const) {
      const overflow = [rule({ is: 'full', waiting }, { do: 'end' })];
      await store.queues.updateOne({ _id: 'support' }, { $set: { overflow } });
      expect((await place('false')).action).to.deep.equal(action);
    }
  });
});

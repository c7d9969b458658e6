import { expect } from 'chai';
import { createMetrics } from '../src/metrics.ts';
import type { Store } from '../src/store/documents.ts';
import { aConversation } from './support/conversations.ts';
import { temporaryEmbeddedStore } from './support/stores.ts';

const NOW = 1_800_000_000_000;

describe('metrics', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
  });
  afterEach(() => dispose());

  const waits = (_id: string, queueId: string, seconds: number) =>
    store.conversations.insertOne(
      aConversation({ _id, state: 'open', queueId, queuedAt: NOW - seconds * 1000, turnAt: 0 }),
    );

  it('tell how many wait for longer than the service level of their queue', async () => {
    const queue = { priority: 0, createdAt: 0, changedAt: 0 };
    await store.queues.insertOne({ ...queue, _id: 'support', name: 'Support', levelSeconds: 60 });
    await store.queues.insertOne({ ...queue, _id: 'sales', name: 'Sales', levelSeconds: 600 });
    await store.queues.insertOne({ ...queue, _id: 'free', name: 'Free' });
    await waits('1', 'support', 61);
    await waits('2', 'support', 59);
    await waits('3', 'sales', 61);
    await waits('4', 'free', 9999);
    const text = await createMetrics({ store, now: () => NOW }).text();
    expect(text.match(/^switchboard_queue_over_level.*$/gm)).to.have.members([
      'switchboard_queue_over_level{queue="support"} 1',
      'switchboard_queue_over_level{queue="sales"} 0',
    ]);
    expect(text).to.contain('switchboard_queue_waiting{queue="support"} 2');
    expect(text).to.contain('switchboard_queue_oldest_seconds{queue="free"} 9999');
  });
});

/**
 * A process that opens the folder it is given and writes to it until it is killed. It prints `<_id> <version>` when
 * that version of a conversation is durable. Used by embedded.test.ts.
 */
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { aConversation } from './documents.ts';

const [, , dataDir = ''] = process.argv;
// With checkpoints all the time, and LMDB's file replaced again and again.
const store = await openEmbeddedStore({ dataDir, onUnindexed: 'throw', many: 8 });

async function write(id: number): Promise<void> {
  const { _id, version, changedAt, ...rest } = aConversation({ _id: `c${id}` });
  for (let i = 0; ; i++) {
    const odd = i % 2 === 1;
    const conversation = await store.conversations.findOneAndUpdate(
      { _id },
      {
        $inc: { version: 1 },
        $set: {
          ...rest,
          changedAt: i * 1000 + id,
          desk: odd ? 'open' : 'active',
          ...(odd ? { dueAt: i } : { agentId: 'ada' }),
        },
        $unset: odd ? { agentId: '' } : { dueAt: '' },
      },
      { upsert: true, returnDocument: 'after' },
    );
    await store.durable();
    console.log(`${_id} ${conversation?.version}`);
  }
}

async function rewrite(): Promise<void> {
  for (;;) await store.rewrite();
}

await Promise.all([rewrite(), ...Array.from({ length: 16 }, (_, id) => write(id))]);

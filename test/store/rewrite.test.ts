import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { contentsOf } from '../../src/backup/contents.ts';
import type { Store } from '../../src/store/documents.ts';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { rejection } from '../support/rejection.ts';
import { ENGINES, temporaryFolder } from '../support/stores.ts';
import { aConversation, aMessage } from './documents.ts';

const CUSTOMER = '15550100001';

/** The files of a folder in which these bytes are. */
function filesWith(folder: string, words: string): string[] {
  return readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(words));
}

describe('a rewrite', () => {
  let dataDir: string;
  let store: Store;

  beforeEach(async () => {
    dataDir = await temporaryFolder();
    store = await openEmbeddedStore({ dataDir, onUnindexed: 'throw' });
  });
  afterEach(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true });
  });

  async function reopen(): Promise<void> {
    await store.close();
    store = await openEmbeddedStore({ dataDir, onUnindexed: 'throw' });
  }

  async function write(customer: string, count: number): Promise<void> {
    const _id = `15550109999-${customer}`;
    await store.conversations.insertOne(aConversation({ _id, customer }));
    for (let n = 0; n < count; n++) {
      await store.messages.insertOne(
        aMessage({ _id: `in:${customer}:${n}`, conversationId: _id, text: `I am ${customer}` }),
      );
    }
    await store.durable();
  }

  async function remove(customer: string): Promise<void> {
    const conversationId = `15550109999-${customer}`;
    for (const { _id } of await store.messages.find({ conversationId }).toArray()) {
      await store.messages.deleteOne({ _id });
    }
    await store.conversations.deleteOne({ _id: conversationId });
  }

  it('leaves no byte of what was deleted in the folder, where LMDB and the journal would', async () => {
    await write('15550100002', 50);
    await write(CUSTOMER, 50);
    await reopen(); // LMDB has it now
    await remove(CUSTOMER);
    await store.durable();
    expect(filesWith(dataDir, CUSTOMER)).to.include.members(['data.mdb', 'journal.000000002']);
    await store.rewrite();
    expect(filesWith(dataDir, CUSTOMER)).to.deep.equal([]);
    expect(filesWith(dataDir, '15550100002')).to.deep.equal(['data.mdb']);
    await write(CUSTOMER, 1);
    await remove(CUSTOMER);
    await store.rewrite();
    expect(filesWith(dataDir, CUSTOMER)).to.deep.equal([]);
    await reopen();
    expect(filesWith(dataDir, CUSTOMER)).to.deep.equal([]);
    expect(await store.messages.countDocuments({ conversationId: '15550109999-15550100002' })).to.equal(50);
  });

  it('changes nothing of what is there, while others read and write', async () => {
    await write('15550100002', 3000);
    await reopen();
    let going = true;
    let written = 0;
    const writers = Array.from({ length: 4 }, async (_, w) => {
      for (let n = 0; going; n++) {
        await store.messages.insertOne(aMessage({ _id: `w:${w}:${n}`, conversationId: 'w', at: n }));
        const found = await store.messages
          .find({ conversationId: '15550109999-15550100002' }, { limit: 5 })
          .toArray();
        expect(found).to.have.length(5);
        await store.messages.updateOne({ _id: `in:15550100002:${n}` }, { $set: { text: `${n}` } });
        await store.durable();
        written++;
      }
    });
    for (let n = 0; n < 3; n++) await store.rewrite();
    going = false;
    await Promise.all(writers);
    expect(written).to.be.above(12);
    const before = await contentsOf(store);
    await reopen();
    expect((await contentsOf(store)).differences(before)).to.deep.equal([]);
    expect(await store.messages.countDocuments({ conversationId: 'w' })).to.equal(written);
    expect(await store.messages.countDocuments({ changedAt: { $gte: 0 } })).to.equal(3000 + written);
  }).timeout(20_000);

  it('makes the file small again', async () => {
    await write(CUSTOMER, 5000);
    await reopen();
    await remove(CUSTOMER);
    await reopen();
    const before = statSync(join(dataDir, 'data.mdb')).size;
    await store.rewrite();
    expect(statSync(join(dataDir, 'data.mdb')).size).to.be.below(before / 4);
  }).timeout(20_000);

  it('leaves a snapshot that was taken before as it was', async () => {
    await write('15550100002', 2000);
    const snapshot = store.snapshot();
    const batches = snapshot.batches('messages')[Symbol.asyncIterator]();
    const seen = [...((await batches.next()).value ?? [])];
    await remove('15550100002');
    const rewriting = store.rewrite();
    for (let next = await batches.next(); !next.done; next = await batches.next()) seen.push(...next.value);
    snapshot.close();
    await rewriting;
    expect(seen).to.have.length(2000);
    expect(await store.messages.countDocuments({})).to.equal(0);
  });

  it('that did not come to its end leaves the file as it was, and the next start takes away what it made', async () => {
    await write('15550100002', 5);
    await store.close();
    writeFileSync(join(dataDir, 'data.mdb.new'), 'half of a file');
    store = await openEmbeddedStore({ dataDir, onUnindexed: 'throw' });
    expect(existsSync(join(dataDir, 'data.mdb.new'))).to.equal(false);
    expect(await store.messages.countDocuments({})).to.equal(5);
  });

  it('is given up when the store closes', async () => {
    await write('15550100002', 3000);
    await reopen();
    const refused = rejection(store.rewrite());
    const closing = store.close();
    expect(await refused).to.include({ code: 'store_unavailable' });
    await closing;
    store = await openEmbeddedStore({ dataDir, onUnindexed: 'throw' });
    expect(await store.messages.countDocuments({})).to.equal(3000);
  });

  for (const [engine, open] of ENGINES) {
    it(`can be asked for on ${engine}`, async () => {
      const temporary = await open();
      try {
        await temporary.store.messages.insertOne(aMessage({ _id: 'a' }));
        await temporary.store.rewrite();
        expect(await temporary.store.messages.countDocuments({})).to.equal(1);
      } finally {
        await temporary.dispose();
      }
    }).timeout(10_000);
  }
});

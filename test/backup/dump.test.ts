import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { atRest } from '../../src/backup/at-rest.ts';
import { contentsOf } from '../../src/backup/contents.ts';
import { dumpLines } from '../../src/backup/dump.ts';
import { type Dumped, readDump } from '../../src/backup/dump-reader.ts';
import { fill } from '../../src/backup/fill.ts';
import type { Store } from '../../src/store/documents.ts';
import { documentsOf, SCHEMA } from '../../src/store/schema.ts';
import { aConversation, aMessage, anAgent } from '../store/documents.ts';
import { rejection } from '../support/rejection.ts';
import { ENGINES, type TemporaryStore } from '../support/stores.ts';

async function dumpOf(store: Store): Promise<Buffer> {
  let text = '';
  for await (const lines of dumpLines(store, () => 1000)) text += lines;
  return gzipSync(text);
}

async function* documentsIn(dump: Buffer): AsyncGenerator<Dumped, void> {
  for await (const { dumped } of readDump(Readable.from([dump]))) yield dumped;
}

async function read(dump: Buffer): Promise<Dumped[]> {
  const all: Dumped[] = [];
  for await (const dumped of documentsIn(dump)) all.push(dumped);
  return all;
}

/** Some of many kinds, of which the embedded engine has a part in LMDB. */
async function furnish(store: Store): Promise<void> {
  for (let n = 0; n < 700; n++) {
    await store.messages.insertOne(aMessage({ _id: `in:${n}`, text: `text ${n} — 你好 "quoted"\n`, at: n }));
  }
  await store.conversations.insertOne(
    aConversation({ _id: '1-2', pending: [aMessage({ _id: 'out:in:1:0', author: { kind: 'bot' } })] }),
  );
  await store.agents.insertOne(anAgent({ _id: 'ana', languages: ['en', 'es'] }));
  await store.durable();
}

describe('a backup', () => {
  for (const [engine, open] of ENGINES) {
    describe(`of ${engine}`, function () {
      this.timeout(30_000);
      const opened: TemporaryStore[] = [];

      async function another(): Promise<Store> {
        const temporary = await open();
        opened.push(temporary);
        return temporary.store;
      }

      afterEach(async () => {
        for (const { dispose } of opened.splice(0)) await dispose();
      });

      it('fills an empty store with the same contents', async () => {
        const store = await another();
        await furnish(store);
        const dump = await dumpOf(store);
        const empty = await another();
        const contents = await fill(empty, 'restore', documentsIn(dump));
        expect(contents.counts()).to.deep.equal({ conversations: 1, messages: 700, agents: 1 });
        expect((await contentsOf(store)).differences(await contentsOf(empty))).to.deep.equal([]);
        expect(await empty.messages.findOne({ _id: 'in:7' })).to.deep.equal(
          await store.messages.findOne({ _id: 'in:7' }),
        );
        expect(await empty.state()).to.deep.equal({ schema: SCHEMA });
      });

      it('holds all that was there when it was begun, while others write', async () => {
        const store = await another();
        await furnish(store);
        let writing = true;
        let written = 0;
        const writers = Array.from({ length: 4 }, async (_, w) => {
          for (let n = 0; writing; n++) {
            await store.messages.insertOne(aMessage({ _id: `late:${w}:${n}`, changedAt: 2000 + n }));
            await store.conversations.updateOne(
              { _id: '1-2' },
              { $inc: { version: 1 }, $set: { changedAt: 2000 + n } },
            );
            await new Promise((resolve) => setImmediate(resolve));
            written++;
          }
        });
        const dumped = await read(await dumpOf(store));
        writing = false;
        await Promise.all(writers);
        expect(written).to.be.above(4);
        const ids = new Set(dumped.map(([collection, { _id }]) => `${collection} ${_id}`));
        for (let n = 0; n < 700; n++) expect(ids.has(`messages in:${n}`), `in:${n}`).to.equal(true);
        const conversation = dumped.findLast(([, { _id }]) => _id === '1-2');
        expect(conversation?.[1].pending).to.have.length(1);
      });

      it('is put into nothing but an empty store', async () => {
        const store = await another();
        await furnish(store);
        const before = await contentsOf(store);
        const error = await rejection(fill(store, 'restore', documentsIn(await dumpOf(store))));
        expect(error).to.include({ code: 'store_not_empty' });
        expect((await contentsOf(store)).differences(before)).to.deep.equal([]);
      });

      it('that was put there in part is put there again from the beginning', async () => {
        const store = await another();
        await furnish(store);
        const dump = await dumpOf(store);
        const empty = await another();
        const broken = async function* (): AsyncGenerator<Dumped, void> {
          yield ['messages', { ...aMessage({ _id: 'of another one' }) }];
          for (const dumped of (await read(dump)).slice(0, 300)) yield dumped;
          throw new Error('the power is gone');
        };
        await rejection(fill(empty, 'restore', broken()));
        expect(await empty.state()).to.deep.equal({ schema: SCHEMA, filling: 'restore' });
        expect(await rejection(fill(empty, 'copy', documentsIn(dump)))).to.include({
          code: 'store_incomplete',
        });
        await fill(empty, 'restore', documentsIn(dump));
        expect((await contentsOf(store)).differences(await contentsOf(empty))).to.deep.equal([]);
      });

      it('takes a document as it came last', async () => {
        const store = await another();
        const twice = async function* (): AsyncGenerator<Dumped, void> {
          yield ['messages', { ...aMessage({ _id: 'a', text: 'before', nextAt: 5 }) }];
          for (let n = 0; n < 300; n++) yield ['messages', { ...aMessage({ _id: `m${n}` }) }];
          yield ['messages', { ...aMessage({ _id: 'a', text: 'after' }) }];
        };
        const contents = await fill(store, 'restore', twice());
        expect(contents.documents).to.equal(301);
        expect(await store.messages.findOne({ _id: 'a' })).to.deep.equal(
          aMessage({ _id: 'a', text: 'after' }),
        );
      });

      it('is compared with what came of it', async () => {
        const store = await another();
        const forgets: Store = {
          ...store,
          messages: {
            find: (filter, options) => store.messages.find(filter, options),
            findOne: (filter, options) => store.messages.findOne(filter, options),
            updateOne: (filter, update, options) => store.messages.updateOne(filter, update, options),
            findOneAndUpdate: (filter, update, options) =>
              store.messages.findOneAndUpdate(filter, update, options),
            deleteOne: (filter) => store.messages.deleteOne(filter),
            countDocuments: (filter, options) => store.messages.countDocuments(filter, options),
            insertOne: (doc) => store.messages.insertOne({ ...doc, text: doc.text.toLowerCase() }),
          },
        };
        const one = async function* (): AsyncGenerator<Dumped, void> {
          yield ['messages', { ...aMessage({ _id: 'a', text: 'Loud' }) }];
        };
        const error = await rejection(fill(forgets, 'restore', one()));
        expect(error).to.have.property('code', 'store_differs');
        expect(error).to.have.deep.property('details', { collections: ['messages'] });
      });
    });
  }

  describe('that is not as it was written', () => {
    let dump: Buffer;
    let temporary: TemporaryStore;

    beforeEach(async () => {
      temporary = await ENGINES[0]![1]();
      await furnish(temporary.store);
      dump = await dumpOf(temporary.store);
    });
    afterEach(() => temporary.dispose());

    const changed = (change: (text: string) => string) => gzipSync(change(gunzipSync(dump).toString()));

    for (const [what, make] of [
      ['cut off in its bytes', () => dump.subarray(0, dump.length / 2)],
      ['cut off after a line', () => changed((text) => text.split('\n').slice(0, 300).join('\n'))],
      ['with a text changed', () => changed((text) => text.replace('text 7 ', 'text 8 '))],
      [
        'with a line left out',
        () =>
          changed((text) =>
            text
              .split('\n')
              .filter((_, n) => n !== 5)
              .join('\n'),
          ),
      ],
      [
        'with a collection that there is not',
        () => changed((text) => text.replace('["messages"', '["massages"')),
      ],
      ['without a head', () => changed((text) => text.split('\n').slice(1).join('\n'))],
      ['which is no gzip', () => Buffer.from('no')],
      ['which is empty', () => Buffer.alloc(0)],
    ] as const) {
      it(`is refused: one ${what}`, async () => {
        expect(await rejection(read(make()))).to.include({ code: 'backup_damaged' });
      });
    }

    it('is refused: one of a newer version', async () => {
      const newer = changed((text) => text.replace(`"schema":${SCHEMA}`, `"schema":${SCHEMA + 1}`));
      expect(await rejection(read(newer))).to.include({ code: 'store_newer' });
    });
  });

  it('leaves what was still to be sent to a person', () => {
    const queued = aMessage({ _id: 'out:a:0', outstanding: 'c', nextAt: 5 });
    const unknown = {
      ...aMessage({ _id: 'out:a:0', status: 'unknown', problem: 'unknown', changedAt: 99 }),
      error: {
        code: 'restored',
        message: 'It was not sent yet when the backup was made, and may have been since.',
      },
    };
    expect(atRest(['messages', { ...queued }], 99)).to.deep.equal([['messages', unknown]]);
    const sent = { ...aMessage({ _id: 'out:b:0', status: 'sent' }) };
    expect(atRest(['messages', sent], 99)).to.deep.equal([['messages', sent]]);
    const conversation = aConversation({
      _id: 'c',
      leaseUntil: 5000,
      pending: [
        aMessage({ _id: 'out:a:0' }),
        aMessage({ _id: 'note:1', direction: 'note', status: 'noted' }),
      ],
    });
    expect(atRest(['conversations', { ...conversation }], 99)).to.deep.equal([
      ['conversations', { ...conversation, pending: [], leaseUntil: 0 }],
      ['messages', unknown],
      ['messages', aMessage({ _id: 'note:1', direction: 'note', status: 'noted' })],
    ]);
    const agent = { ...anAgent({ _id: 'ana' }) };
    expect(atRest(['agents', agent], 99)).to.deep.equal([['agents', agent]]);
  });

  it('tells stores apart in one document, whatever the order of its fields', async () => {
    const { store, dispose } = await ENGINES[0]![1]();
    try {
      await documentsOf(store, 'agents').insertOne({ _id: 'a', x: { p: 1, q: [1, 2] } });
      const before = await contentsOf(store);
      await documentsOf(store, 'agents').deleteOne({ _id: 'a' });
      await documentsOf(store, 'agents').insertOne({ x: { q: [1, 2], p: 1 }, _id: 'a' });
      expect(before.differences(await contentsOf(store))).to.deep.equal([]);
      await documentsOf(store, 'agents').updateOne({ _id: 'a' }, { $set: { x: { p: 1, q: [2, 1] } } });
      expect(before.differences(await contentsOf(store))).to.deep.equal(['agents']);
    } finally {
      await dispose();
    }
  });
});

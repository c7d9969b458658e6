import { rm } from 'node:fs/promises';
import { expect } from 'chai';
import { openEngine, openStore } from '../../src/store/open.ts';
import { documentsOf, type Migration, migrate, SCHEMA, upgraded } from '../../src/store/schema.ts';
import { rejection } from '../support/rejection.ts';
import { ENGINES, temporaryEmbeddedStore } from '../support/stores.ts';

/** As two later versions may have them. */
const LATER: Migration[] = [
  {
    to: SCHEMA + 1,
    collection: 'macros',
    change: ({ title, ...doc }) => (title === undefined ? doc : { ...doc, name: title }),
  },
  { to: SCHEMA + 2, collection: 'macros', change: (doc) => ({ ...doc, shown: true }) },
];

describe('the schema', () => {
  for (const [engine, open] of ENGINES) {
    it(`is brought forward, one version after the other, on ${engine}`, async () => {
      const { store, dispose } = await open();
      try {
        const macros = documentsOf(store, 'macros');
        for (let n = 0; n < 250; n++)
          await macros.insertOne({ _id: `m${String(n).padStart(3, '0')}`, title: `M ${n}` });
        // As an attempt that was cut off has left it.
        await macros.updateOne(
          { _id: 'm003' },
          { $set: { name: 'M 3', shown: true }, $unset: { title: '' } },
        );
        expect(await migrate(store, LATER, SCHEMA + 2)).to.deep.equal({ changed: 249 });
        expect(await macros.findOne({ _id: 'm003' })).to.deep.equal({
          _id: 'm003',
          name: 'M 3',
          shown: true,
        });
        expect(await macros.findOne({ _id: 'm249' })).to.deep.equal({
          _id: 'm249',
          name: 'M 249',
          shown: true,
        });
        expect(await store.state()).to.deep.equal({ schema: SCHEMA + 2 });
        expect(await migrate(store, LATER, SCHEMA + 2)).to.deep.equal({ changed: 0 });
      } finally {
        await dispose();
      }
    }).timeout(20_000);
  }

  it('is not opened while a restore or a copy into it has not ended', async () => {
    const { store, dataDir } = await temporaryEmbeddedStore();
    await store.keepState({ schema: SCHEMA, filling: 'restore' });
    await store.close();
    const settings = { dataDir, mongodbUri: undefined, onUnindexed: 'throw' } as const;
    expect(await rejection(openStore(settings))).to.include({ code: 'store_incomplete' });
    const engine = await openEngine(settings);
    await engine.keepState({ schema: SCHEMA });
    await engine.close();
    await (await openStore(settings)).close();
    await rm(dataDir, { recursive: true });
  });

  it('brings a document of a backup forward from the version of the backup', () => {
    const doc = { _id: 'm', title: 'M' };
    expect(upgraded('macros', doc, SCHEMA, LATER)).to.deep.equal({ _id: 'm', name: 'M', shown: true });
    expect(upgraded('macros', doc, SCHEMA + 1, LATER)).to.deep.equal({ _id: 'm', title: 'M', shown: true });
    expect(upgraded('queues', doc, SCHEMA, LATER)).to.deep.equal(doc);
  });
});

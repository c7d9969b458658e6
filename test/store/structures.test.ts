import { expect } from 'chai';
import sinon from 'sinon';
import { Structures } from '../../src/store/structures.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';
import { anAgent } from './documents.ts';

describe('the table of sets of field names', () => {
  afterEach(() => sinon.restore());

  it('is settled once each set that turned up often is written, one after the other', async () => {
    const table: string[][] = [];
    const puts: { entry: string[][]; commit: (done: boolean) => void }[] = [];
    const meta = {
      get: () => [...table],
      put: (_: string, entry: string[][]) =>
        new Promise<boolean>((commit) => {
          puts.push({ entry, commit });
        }),
    };
    const structures = new Structures('agents', meta as never);
    const { shouldShareStructure } = structures.options();
    for (let times = 0; times < 20; times++)
      for (const fields of [['a'], ['b']]) shouldShareStructure(fields);
    let settled = false;
    const done = structures.settled().then(() => {
      settled = true;
    });
    for (const set of [['a'], ['b']]) {
      await new Promise((resolve) => setImmediate(resolve));
      expect(settled).to.equal(false);
      const { entry, commit } = puts.shift()!;
      table.push(set);
      expect(entry).to.deep.equal(table);
      commit(true);
    }
    await done;
    expect(puts).to.deep.equal([]);
  });

  it('is waited for by the close of a store', async () => {
    const { store, dispose } = await temporaryEmbeddedStore();
    await store.agents.insertOne(anAgent({ _id: 'ana' }));
    let closed = false;
    const settle = await new Promise<() => void>((asked) => {
      const settled = () => new Promise<void>((resolve) => asked(resolve));
      sinon.stub(Structures.prototype, 'settled').callsFake(settled);
      void dispose().then(() => {
        closed = true;
      });
    });
    for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect(closed).to.equal(false);
    settle();
    while (!closed) await new Promise((resolve) => setImmediate(resolve));
  });
});

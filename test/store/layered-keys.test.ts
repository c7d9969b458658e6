import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { IndexSpec } from '../../src/store/collection.ts';
import {
  AFTER,
  type Doc,
  documentKey,
  entryOf,
  KEY_OPTIONS,
  type Key,
  keysOf,
  partOf,
} from '../../src/store/index-keys.ts';
import type { KeyRange, SortedKeys } from '../../src/store/key-ranges.ts';
import { LayeredDocuments, LayeredIndex } from '../../src/store/layered-keys.ts';
import { type Entries, Memtable, type Moving } from '../../src/store/memtable.ts';
import { temporaryFolder } from '../support/stores.ts';

const SPECS: readonly IndexSpec[] = [
  { name: 'n', keys: { n: 1 }, present: 'n' },
  { name: 'name', keys: { name: -1, n: 1 } },
];
const IDS = ['a', 'b', 'ab', 'é', '\u0000', '\u0000\u0001', 'z'];

const entriesOf = (doc: Doc): Entries => SPECS.map((spec) => entryOf(spec, doc));

describe('the keys of LMDB and a memtable together', () => {
  let folder: string;
  let root: RootDatabase<unknown, string>;
  let documents: Database<Doc, Key>;
  let stored: Database<string, Key>[];
  let recent: Memtable;
  let layers: LayeredIndex[];
  let ids: LayeredDocuments;

  before(async () => {
    folder = await temporaryFolder();
    root = open<unknown, string>({
      path: join(folder, 'data.mdb'),
      noSubdir: true,
      maxDbs: 8,
      encoding: 'json',
      eventTurnBatching: false,
    });
    documents = root.openDB<Doc, Key>('documents', { encoding: 'msgpack', ...KEY_OPTIONS });
    stored = SPECS.map(({ name }) => root.openDB<string, Key>(name, { encoding: 'string', ...KEY_OPTIONS }));
  });

  beforeEach(fresh);

  after(async () => {
    await root.close();
    rmSync(folder, { recursive: true });
  });

  function fresh(): void {
    for (const database of [documents, ...stored]) database.clearSync();
    recent = new Memtable(SPECS.length);
    layers = SPECS.map((spec, at) => new LayeredIndex(spec, stored[at]!, recent, at));
    ids = new LayeredDocuments(documents, recent);
  }

  function set(doc: Doc): void {
    recent.set(documentKey(doc._id), doc, entriesOf(doc), entriesBefore(doc._id));
  }

  function remove(id: string): void {
    recent.set(documentKey(id), null, [], entriesBefore(id));
  }

  function entriesBefore(id: string): Entries {
    const before = documents.get(documentKey(id));
    return before === undefined ? [] : entriesOf(before);
  }

  /** As the collection's `move` does it. */
  function hand(batch: readonly Moving[], outcome: 'committed' | 'refused'): void {
    root.transactionSync(() => {
      for (const { key, doc, entries } of batch) {
        const held = recent.get(key)!;
        held.moving = entries;
        if (outcome === 'refused') continue;
        if (doc === null) documents.removeSync(key);
        else documents.putSync(key, doc);
        for (const [i, database] of stored.entries()) {
          for (const old of keysOf(held.stored[i] ?? null)) database.removeSync(old);
          for (const now of keysOf(entries[i] ?? null)) database.putSync(now, '');
        }
      }
    });
  }

  function settle(batch: readonly Moving[]): void {
    for (const moved of batch) recent.settle(moved);
  }

  const everything: KeyRange = { lower: '\x00', upper: AFTER, prefix: 0 };

  function expectKeys(layer: SortedKeys, all: readonly Key[], range: KeyRange): void {
    const expected = all.filter((key) => key >= range.lower && key <= range.upper).sort();
    expect([...layer.inRange(range, false)], 'in order').to.deep.equal(expected);
    expect([...layer.inRange(range, true)], 'backwards').to.deep.equal([...expected].reverse());
    expect(layer.count(range), 'counted').to.equal(expected.length);
  }

  function expectAll(docs: readonly Doc[], range = everything): void {
    expectKeys(
      ids,
      docs.map(({ _id }) => documentKey(_id)),
      range,
    );
    for (const [at, layer] of layers.entries()) {
      const entries = docs.flatMap((doc) => entriesOf(doc)[at] ?? []);
      expectKeys(layer, entries, range);
    }
  }

  it('are those of both, each document once and where it is now', () => {
    for (const [i, _id] of ['a', 'b', 'c'].entries()) set({ _id, n: i, name: 'x' });
    const batch = recent.snapshot();
    hand(batch, 'committed');
    settle(batch);
    expect(recent.size).to.equal(0);
    set({ _id: 'b', n: 9, name: 'x' });
    set({ _id: 'd', n: -1, name: 'w' });
    remove('c');
    expectAll([
      { _id: 'a', n: 0, name: 'x' },
      { _id: 'b', n: 9, name: 'x' },
      { _id: 'd', n: -1, name: 'w' },
    ]);
  });

  it('count the same before, while and after a checkpoint moves a document to another place', () => {
    const number = (n: number): KeyRange => ({
      lower: partOf(n, false),
      upper: partOf(n, false) + AFTER,
      prefix: 0,
    });
    const [byNumber] = layers as [LayeredIndex, ...LayeredIndex[]];
    const counts = () => [0, 1, 2].map((n) => byNumber.count(number(n)));
    set({ _id: 'a', n: 0, name: 'x' });
    let batch = recent.snapshot();
    hand(batch, 'committed');
    settle(batch);
    set({ _id: 'a', n: 1, name: 'x' });
    batch = recent.snapshot();
    expect(counts(), 'before').to.deep.equal([0, 1, 0]);
    hand(batch, 'refused');
    expect(counts(), 'when it was handed over and nothing is there yet').to.deep.equal([0, 1, 0]);
    set({ _id: 'a', n: 2, name: 'x' });
    expect(counts(), 'when it was changed meanwhile').to.deep.equal([0, 0, 1]);
    hand(batch, 'committed');
    expect(counts(), 'when it is there, but nobody has heard of it').to.deep.equal([0, 0, 1]);
    settle(batch);
    expect(counts(), 'when all have').to.deep.equal([0, 0, 1]);
    batch = recent.snapshot();
    hand(batch, 'committed');
    settle(batch);
    expect(counts()).to.deep.equal([0, 0, 1]);
    expect(recent.size).to.equal(0);
  });

  it('are read without the memtable where that is empty, and stop being read when nobody wants more', () => {
    for (const _id of ['a', 'b', 'c']) set({ _id, n: 1, name: 'x' });
    for (const key of ids.inRange(everything, false)) {
      expect(key).to.equal('a');
      break;
    }
    hand(recent.snapshot(), 'committed');
    settle(recent.snapshot());
    for (const key of ids.inRange(everything, true)) {
      expect(key).to.equal('c');
      break;
    }
    expectAll(['a', 'b', 'c'].map((_id) => ({ _id, n: 1, name: 'x' })));
  });

  it('are had from the head of a line without passing all that were taken from it before', () => {
    const line = Array.from({ length: 100 }, (_, n) => ({ _id: `${n}`.padStart(3, '0'), n, name: 'x' }));
    for (const doc of line) set(doc);
    const batch = recent.snapshot();
    hand(batch, 'committed');
    settle(batch);
    const read: Key[] = [];
    const database = stored[0]!;
    const counting = new Proxy(database, {
      get: (target, name) => {
        if (name !== 'getKeys') return Reflect.get(target, name, target);
        return (options: object) =>
          target.getKeys(options).map((key) => {
            read.push(key);
            return key;
          });
      },
    });
    const layer = new LayeredIndex(SPECS[0]!, counting, recent, 0);
    const next = () => layer.inRange(everything, false)[Symbol.iterator]();
    for (const { _id, n } of line.slice(0, 50)) {
      const taken = next();
      expect(taken.next().value).to.equal(entryOf(SPECS[0]!, { _id, n }));
      taken.return?.();
      // A checkpoint goes on meanwhile, and moves what stands elsewhere.
      set({ _id: `moved ${n}`, n: 1000, name: 'x' });
      const moved = recent.snapshot().filter(({ key }) => key.startsWith('moved'));
      hand(moved, 'committed');
      settle(moved);
      remove(_id);
    }
    expect(read.length, 'keys of LMDB').to.be.lessThan(150);
  });

  it('are seen again at the head of a line that others have passed, once LMDB has them there', () => {
    const settled = () => {
      const batch = recent.snapshot();
      hand(batch, 'committed');
      return batch;
    };
    const line = (n: number) => ['b', 'c', 'd', 'e'].map((_id) => ({ _id, n, name: 'x' }));
    line(1).forEach(set);
    settle(settled());
    const docs = [{ _id: 'a', n: 0, name: 'x' }, ...line(2)];
    docs.forEach(set);
    expectAll(docs);
    const batch = settled();
    set({ _id: 'z', n: 9, name: 'x' });
    settle(batch);
    expectAll([...docs, { _id: 'z', n: 9, name: 'x' }]);
  });

  it('are those of an array of the documents, whatever was changed, moved, refused or heard of when', async function () {
    this.timeout(60_000);
    const _id = fc.constantFrom(...IDS);
    const n = fc.integer({ min: -1, max: 2 });
    const name = fc.constantFrom('', 'x', 'xy', '\u0000', 'é');
    const doc = fc.record({ _id, n, name }, { requiredKeys: ['_id'], noNullPrototype: true });
    const step = fc.oneof(
      { weight: 5, arbitrary: doc.map((doc) => ({ do: 'set' as const, doc })) },
      { weight: 2, arbitrary: _id.map((id) => ({ do: 'remove' as const, id })) },
      {
        weight: 4,
        arbitrary: fc
          .constantFrom('take', 'refuse', 'commit', 'settle')
          .map((what) => ({ do: what as 'take' | 'refuse' | 'commit' | 'settle' })),
      },
    );
    const key = fc.oneof(
      _id.map(documentKey),
      doc.chain((doc) => fc.constantFrom('', ...entriesOf(doc).flatMap(keysOf))),
      fc.constantFrom('', '\x00', '\x10', '\x20', '\xdf', AFTER),
    );
    await fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        fc.array(fc.tuple(key, key), { minLength: 3 }),
        (steps, bounds) => {
          fresh();
          const model = new Map<string, Doc>();
          let batch: Moving[] = [];
          let state: 'idle' | 'taken' | 'committed' = 'idle';
          for (const step of steps) {
            if (step.do === 'set') {
              set(step.doc);
              model.set(step.doc._id, step.doc);
            } else if (step.do === 'remove') {
              remove(step.id);
              model.delete(step.id);
            } else if (step.do === 'take' && state === 'idle') {
              batch = recent.snapshot();
              state = 'taken';
            } else if (step.do === 'refuse' && state === 'taken') {
              hand(batch, 'refused');
              state = 'idle';
            } else if (step.do === 'commit' && state === 'taken') {
              hand(batch, 'committed');
              state = 'committed';
            } else if (step.do === 'settle' && state === 'committed') {
              settle(batch);
              state = 'idle';
            }
            const docs = [...model.values()];
            expectAll(docs);
            for (const [a, b] of bounds) {
              const [lower, upper] = a < b ? [a, b] : [b, a];
              if (upper === '') continue; // no key: no range ends there
              expectAll(docs, { lower, upper, prefix: 0 });
            }
          }
          if (state !== 'committed') {
            batch = recent.snapshot();
            hand(batch, 'committed');
          }
          settle(batch);
          batch = recent.snapshot();
          hand(batch, 'committed');
          settle(batch);
          expect(recent.size).to.equal(0);
          expectAll([...model.values()]);
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 100) },
    );
  });
});

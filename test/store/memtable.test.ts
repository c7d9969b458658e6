import { expect } from 'chai';
import type { Doc, Key } from '../../src/store/index-keys.ts';
import { type Entries, Memtable } from '../../src/store/memtable.ts';

const NOWHERE: Entries = [];

describe('a memtable', () => {
  let memtable: Memtable;

  beforeEach(() => {
    memtable = new Memtable(2);
  });

  const keysOf = (at: number): Key[] => [...memtable.index(at).keys()];
  const doc = (version: number): Doc => ({ _id: 'a', version });
  const movingOf = (key: Key) => memtable.snapshot().find((moving) => moving.key === key)!;

  it('has a document as it was last set, in the indexes that it is in', () => {
    const last = doc(2);
    memtable.set('a', doc(1), ['x1', null], ['x0', 'y0']);
    memtable.set('a', last, ['x2', 'y2'], ['x1', null]);
    memtable.set('b', { _id: 'b' }, ['w', null], NOWHERE);
    expect(memtable.size).to.equal(2);
    expect(memtable.get('a')?.doc).to.equal(last);
    expect(keysOf(0)).to.deep.equal(['w', 'x2']);
    expect(keysOf(1)).to.deep.equal(['y2']);
  });

  it('remembers what LMDB has of a document from the first change on', () => {
    memtable.set('a', doc(1), ['x1', null], ['x0', 'y0']);
    memtable.set('a', doc(2), ['x2', 'y2'], ['x1', null]);
    expect(memtable.get('a')).to.deep.include({ stored: ['x0', 'y0'], moving: ['x0', 'y0'] });
  });

  it('holds a document that was deleted, without entries, until LMDB has heard of it', () => {
    memtable.set('a', doc(1), ['x1', 'y1'], NOWHERE);
    memtable.set('a', null, NOWHERE, ['x1', 'y1']);
    expect(memtable.get('a')?.doc).to.equal(null);
    expect([keysOf(0), keysOf(1)]).to.deep.equal([[], []]);
    memtable.settle(movingOf('a'));
    expect(memtable.get('a')).to.equal(undefined);
  });

  it('no longer has an entry that somebody has read in its index, nor one that nobody has', () => {
    memtable.set('a', doc(1), ['x1', null], NOWHERE);
    memtable.set('b', { _id: 'b' }, ['w', null], NOWHERE);
    expect(keysOf(0)).to.deep.equal(['w', 'x1']);
    memtable.set('a', doc(2), ['x2', null], ['x1', null]);
    memtable.set('a', doc(3), ['x3', null], ['x2', null]);
    expect(keysOf(0)).to.deep.equal(['w', 'x3']);
  });

  it('has no index beyond those that it was made with', () => {
    expect(() => memtable.index(2)).to.throw(RangeError);
  });

  it('orders keys by their bytes, as LMDB does', () => {
    const keys = ['', '\x00', '\x00\x01', ' ', 'A', 'a', 'a\x00', 'aa', 'é', '\xfe', '\xff', '\xff\x00'];
    for (const [i, key] of [...keys].reverse().entries()) memtable.set(`d${i}`, doc(i), [key, null], NOWHERE);
    expect(keysOf(0)).to.deep.equal(keys);
    expect([...keys].sort((a, b) => Buffer.compare(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'))))
      .to.deep //
      .equal(keys);
  });

  describe('takeUnwritten', () => {
    it('gives each changed document once, as it is now, and null for one that was deleted', () => {
      memtable.set('a', doc(1), NOWHERE, NOWHERE);
      memtable.set('b', { _id: 'b' }, NOWHERE, NOWHERE);
      memtable.set('a', doc(2), NOWHERE, NOWHERE);
      memtable.set('b', null, NOWHERE, NOWHERE);
      expect(memtable.isUnwritten).to.equal(true);
      expect(memtable.takeUnwritten()).to.deep.equal([
        ['a', doc(2)],
        ['b', null],
      ]);
      expect(memtable.isUnwritten).to.equal(false);
      expect(memtable.takeUnwritten()).to.deep.equal([]);
    });

    it('gives what was changed since, and only that', () => {
      memtable.set('a', doc(1), NOWHERE, NOWHERE);
      memtable.set('b', { _id: 'b' }, NOWHERE, NOWHERE);
      memtable.takeUnwritten();
      memtable.set('a', doc(2), NOWHERE, NOWHERE);
      expect(memtable.takeUnwritten()).to.deep.equal([['a', doc(2)]]);
    });

    it('gives null for a document that was only deleted since', () => {
      memtable.set('a', doc(1), NOWHERE, NOWHERE);
      memtable.takeUnwritten();
      memtable.set('a', null, NOWHERE, NOWHERE);
      expect(memtable.takeUnwritten()).to.deep.equal([['a', null]]);
    });

    it('still says that a document is deleted, if LMDB hears of an earlier deletion first', () => {
      memtable.set('a', null, NOWHERE, ['x0', null]);
      const moving = movingOf('a');
      memtable.takeUnwritten();
      memtable.set('a', doc(1), ['x1', null], NOWHERE);
      memtable.set('a', null, NOWHERE, ['x1', null]);
      memtable.settle(moving);
      expect(memtable.takeUnwritten()).to.deep.equal([['a', null]]);
    });
  });

  describe('giveBack', () => {
    it('has what was taken taken once more, as it is then', () => {
      memtable.set('a', doc(1), NOWHERE, NOWHERE);
      memtable.set('b', { _id: 'b' }, NOWHERE, NOWHERE);
      const taken = memtable.takeUnwritten();
      memtable.set('a', doc(2), NOWHERE, NOWHERE);
      memtable.giveBack(taken);
      expect(new Map(memtable.takeUnwritten())).to.deep.equal(
        new Map<Key, Doc>([
          ['a', doc(2)],
          ['b', { _id: 'b' }],
        ]),
      );
      expect(memtable.isUnwritten).to.equal(false);
    });
  });

  describe('settle', () => {
    it('lets a document go that LMDB has as it is, with its entries', () => {
      memtable.set('a', doc(1), ['x1', 'y1'], NOWHERE);
      memtable.set('b', { _id: 'b' }, ['w', null], NOWHERE);
      memtable.settle(movingOf('a'));
      expect(memtable.get('a')).to.equal(undefined);
      expect([keysOf(0), keysOf(1)]).to.deep.equal([['w'], []]);
      expect(memtable.size).to.equal(1);
    });

    it('keeps one that was changed meanwhile, and knows what LMDB has of it now', () => {
      memtable.set('a', doc(1), ['x1', 'y1'], ['x0', 'y0']);
      const moving = movingOf('a');
      memtable.set('a', doc(1), ['x2', null], ['x1', 'y1']); // equal, but not the same
      memtable.settle(moving);
      expect(memtable.get('a')).to.deep.equal({
        doc: doc(1),
        entries: ['x2', null],
        stored: ['x1', 'y1'],
        moving: ['x1', 'y1'],
      });
      expect([keysOf(0), keysOf(1)]).to.deep.equal([['x2'], []]);
    });

    it('keeps one that was deleted or made again meanwhile', () => {
      memtable.set('a', doc(1), ['x1', null], NOWHERE);
      memtable.set('b', null, NOWHERE, ['w', null]);
      const snapshot = memtable.snapshot();
      memtable.set('a', null, NOWHERE, NOWHERE);
      memtable.set('b', { _id: 'b' }, ['v', null], NOWHERE);
      for (const moving of snapshot) memtable.settle(moving);
      expect(memtable.get('a')).to.deep.include({ doc: null, stored: ['x1', null] });
      expect(memtable.get('b')).to.deep.include({ doc: { _id: 'b' }, stored: NOWHERE });
      expect(keysOf(0)).to.deep.equal(['v']);
    });

    it('does nothing about a document that is no longer held', () => {
      memtable.set('a', doc(1), ['x1', null], NOWHERE);
      const moving = movingOf('a');
      memtable.settle(moving);
      memtable.settle(moving);
      expect(memtable.size).to.equal(0);
    });
  });

  it('gives a snapshot that later changes do not reach', () => {
    const first = doc(1);
    memtable.set('a', first, ['x1', null], NOWHERE);
    const snapshot = memtable.snapshot();
    memtable.set('a', doc(2), ['x2', null], NOWHERE);
    memtable.set('b', { _id: 'b' }, NOWHERE, NOWHERE);
    expect(snapshot).to.deep.equal([{ key: 'a', doc: first, entries: ['x1', null] }]);
  });
});

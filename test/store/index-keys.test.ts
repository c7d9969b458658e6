import { expect } from 'chai';
import fc from 'fast-check';
import type { IndexSpec } from '../../src/store/collection.ts';
import {
  documentKey,
  documentKeyOf,
  entryOf,
  hasSameEntry,
  keysOf,
  partOf,
} from '../../src/store/index-keys.ts';
import { compareValues } from '../../src/store/order.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\u0000', '\u0001', '\u0002', 'a', '\u00ff') }),
);
const scalar = fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null));

const byteOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

describe('index keys', () => {
  it('are in the order of the values, and turned when descending', () => {
    fc.assert(
      fc.property(scalar, scalar, (a, b) => {
        const order = Math.sign(compareValues(a, b));
        expect(byteOrder(partOf(a, false), partOf(b, false))).to.equal(order);
        expect(byteOrder(partOf(a, true), partOf(b, true))).to.equal(order === 0 ? 0 : -order);
      }),
      {
        numRuns: 2000,
        examples: [
          [0, -0],
          [Number.NaN, Number.NEGATIVE_INFINITY],
          ['a', 'a\u0000'],
          ['a', 'a\u0001'],
        ],
      },
    );
  });

  it('joined keep the order of the first part that differs', () => {
    const pair = fc.tuple(scalar, scalar);
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        const key = ([first, second]: typeof a) => partOf(first, true) + partOf(second, false);
        const order = -compareValues(a[0], b[0]) || compareValues(a[1], b[1]);
        expect(byteOrder(key(a), key(b))).to.equal(Math.sign(order));
      }),
      { numRuns: 2000 },
    );
  });

  it('end with the document’s own key', () => {
    const spec: IndexSpec = { name: 'x', keys: { a: 1, b: -1, c: 1 } };
    fc.assert(
      fc.property(
        text.filter((id) => id !== ''),
        scalar,
        scalar,
        scalar,
        (_id, a, b, c) => {
          const keys = keysOf(entryOf(spec, { _id, a, b, c }));
          expect(keys.map((key) => documentKeyOf(spec, key))).to.deep.equal([documentKey(_id)]);
        },
      ),
    );
  });

  it('are not made of a document without the field that has to be present', () => {
    const spec: IndexSpec = { name: 'x', keys: { a: 1, b: 1 }, present: 'b' };
    expect(entryOf(spec, { _id: 'i', a: 1 })).to.equal(null);
    expect(entryOf(spec, { _id: 'i', b: 1 })).to.equal(entryOf(spec, { _id: 'i', a: null, b: 1 }));
  });

  it('need not be made anew where nothing that they are made of has changed', () => {
    const spec: IndexSpec = { name: 'x', keys: { a: 1, b: -1 }, present: 'c' };
    const few = fc.constantFrom(undefined, null, 0, 1, 'x');
    const state = fc.record({ _id: fc.constant('i'), a: few, b: few, c: few, other: few });
    fc.assert(
      fc.property(state, state, (before, after) => {
        const { a, b, c } = before;
        expect(hasSameEntry(spec, before, { ...after, a, b, c })).to.equal(true);
        if (!hasSameEntry(spec, before, after)) return;
        expect(entryOf(spec, after)).to.equal(entryOf(spec, before));
      }),
      { numRuns: 2000 },
    );
  });

  it('are one for each member of a list, once, where the index is by its members', () => {
    const spec: IndexSpec = { name: 'x', keys: { a: 1, b: 1 }, present: 'a', each: 'a' };
    const one: IndexSpec = { name: 'x', keys: { a: 1, b: 1 } };
    expect(keysOf(entryOf(spec, { _id: 'i', a: ['y', 'z', 'y'], b: 2 }))).to.deep.equal([
      entryOf(one, { _id: 'i', a: 'y', b: 2 }),
      entryOf(one, { _id: 'i', a: 'z', b: 2 }),
    ]);
    expect(entryOf(spec, { _id: 'i', a: [], b: 2 })).to.deep.equal([]);
    expect(entryOf(spec, { _id: 'i', b: 2 })).to.equal(null);
    expect(() => entryOf(spec, { _id: 'i', a: [['y']], b: 2 })).to.throw(TypeError);
    expect(() => entryOf(spec, { _id: 'i', a: ['y'], b: [2] })).to.throw(TypeError);
  });

  it('are refused of objects and of other arrays', () => {
    const spec: IndexSpec = { name: 'x', keys: { a: 1 } };
    expect(() => entryOf(spec, { _id: 'i', a: ['x'] })).to.throw(TypeError, 'a has to hold a scalar');
    expect(() => entryOf(spec, { _id: 'i', a: {} })).to.throw(TypeError);
  });
});

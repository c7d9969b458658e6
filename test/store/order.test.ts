import { expect } from 'chai';
import fc from 'fast-check';
import { compareStrings, compareValues } from '../../src/store/order.ts';

describe('the order of values', () => {
  it('is missing and null, numbers, strings, objects, arrays, booleans', () => {
    const ascending = [undefined, Number.NaN, -1, 0, 1.5, '', 'a', 'b', { a: 1 }, [1], false, true];
    for (const [i, a] of ascending.entries()) {
      for (const [j, b] of ascending.entries()) {
        expect(Math.sign(compareValues(a, b)), `${a} and ${b}`).to.equal(Math.sign(i - j));
      }
    }
    expect(compareValues(null, undefined)).to.equal(0);
    expect(compareValues(0, -0)).to.equal(0);
  });

  it('of strings is that of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compareStrings(a, b))).to.equal(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { examples: [['\uff01', '🙂']] },
    );
  });
});

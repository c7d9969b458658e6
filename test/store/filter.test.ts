import { expect } from 'chai';
import fc from 'fast-check';
import { Query } from 'mingo';
import { compileFilter } from '../../src/store/filter.ts';

// Of few values, so that they meet. No text above U+FFFF: there mingo goes by UTF-16 unit.
const scalar = fc.constantFrom<unknown>(null, -1, 0, 1, 2.5, '', 'a', 'b', 'ab', true, false);
const value = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.constantFrom('x', 'y'), scalar, { noNullPrototype: true, maxKeys: 2 }),
  },
);
const field = fc.constantFrom('f', 'g', 'h');
const doc = fc.dictionary(field, value, { noNullPrototype: true, maxKeys: 3 });

const condition = fc.oneof(
  scalar,
  value,
  fc.dictionary(fc.constantFrom('$eq', '$ne', '$gt', '$gte', '$lt', '$lte'), scalar, {
    minKeys: 1,
    maxKeys: 2,
  }),
  fc.record({ $in: fc.array(scalar, { maxLength: 3 }) }),
  fc.record({ $nin: fc.array(scalar, { maxLength: 3 }) }),
  fc.record({ $exists: fc.boolean() }),
  fc.record({ $exists: fc.boolean(), $ne: scalar }),
  fc.record({ $size: fc.nat({ max: 2 }) }),
  fc.record({ $not: fc.record({ $gt: fc.constantFrom(0, 'a') }) }),
);
const fields = fc.dictionary(field, condition, { noNullPrototype: true, maxKeys: 3 });
const filter = fc.oneof(
  { weight: 3, arbitrary: fields },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fields, fc.array(fields, { minLength: 1, maxLength: 3 }))
      .map(([own, some]) => ({ ...own, $or: some })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fields, fc.array(fields, { minLength: 1, maxLength: 3 }))
      .map(([own, all]) => ({ ...own, $and: all })),
  },
);

describe('a filter', () => {
  it('matches what mingo says', () => {
    fc.assert(
      fc.property(filter, fc.array(doc, { minLength: 1, maxLength: 5 }), (filter, docs) => {
        const matches = compileFilter(filter);
        const query = new Query(filter);
        for (const doc of docs) expect(matches(doc), JSON.stringify(doc)).to.equal(query.test(doc));
      }),
      { numRuns: 5000 },
    );
  });

  it('compares texts by code point, as MongoDB does', () => {
    const matches = compileFilter({ f: { $gt: '\uff01' } });
    expect(matches({ f: '🙂' })).to.equal(true);
  });

  it('is refused when a value is undefined, since the driver would match anything', () => {
    expect(() => compileFilter({ f: undefined })).to.throw(TypeError, 'f is undefined');
    expect(() => compileFilter({ f: { $lt: undefined } })).to.throw(TypeError, 'f is undefined');
  });
});

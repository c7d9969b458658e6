import { expect } from 'chai';
import fc from 'fast-check';
import { parseJson } from '../../src/http/body.ts';

const parsed = (text: string) => parseJson(Buffer.from(text));

describe('the JSON of a body', () => {
  it('is an empty object when there is no body', () => {
    expect(parsed('')).to.deep.equal({});
  });

  it('is whatever JSON says', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 20 }), (text) => {
        expect(parsed(text)).to.deep.equal(JSON.parse(text));
      }),
    );
  });

  it('is refused when it is not JSON in UTF-8', () => {
    for (const bytes of [Buffer.from('{'), Buffer.from('nope'), Buffer.from([0x22, 0xff, 0x22])]) {
      expect(() => parseJson(bytes))
        .to.throw()
        .with.property('code', 'invalid_request');
    }
  });

  it('is refused below 32 levels, however deep it goes', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(() => parsed(nested(32))).not.to.throw();
    for (const depth of [33, 30_000]) {
      expect(() => parsed(nested(depth)))
        .to.throw()
        .with.property('code', 'invalid_request');
    }
  });
});

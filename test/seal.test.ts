import { expect } from 'chai';
import { createSeal } from '../src/seal.ts';

const KEY = 'a-secret-key-of-at-least-thirty-two-characters';
const NEXT = 'the-secret-key-after-it-of-thirty-two-characters';
const SECRET = 'whsec_c2VjcmV0';

const sealOf = (current: string | undefined, previous?: string) =>
  createSeal({ current, previous }, 'webhook secrets');

describe('a sealed secret', () => {
  it('opens with the same key, and shows nothing of itself', () => {
    const sealed = sealOf(KEY).seal(SECRET);
    expect(sealed).not.to.contain('whsec_').and.not.to.contain('c2VjcmV0').and.not.to.contain(KEY);
    expect(sealOf(KEY).open(sealed)).to.equal(SECRET);
    expect(sealOf(KEY).seal(SECRET), 'another each time').not.to.equal(sealed);
  });

  it('says what to do when the key is another one or missing, or when it was changed', () => {
    const sealed = sealOf(KEY).seal(SECRET);
    for (const open of [
      () => sealOf(`${KEY}!`).open(sealed),
      () => sealOf(undefined).open(sealed),
      () => createSeal({ current: KEY }, 'channel keys').open(sealed),
      () => sealOf(KEY).open(`${sealed.slice(0, -8)}AAAAAAA=`),
      () => sealOf(KEY).open(sealed.slice(0, 20)),
    ]) {
      expect(open).to.throw('SECRET_KEY').with.property('code', 'settings_invalid');
    }
  });

  it('opens with the key before it as well, while it is to be sealed anew', () => {
    const before = sealOf(KEY).seal(SECRET);
    const both = sealOf(NEXT, KEY);
    expect(both.open(before)).to.equal(SECRET);
    expect(both.isCurrent(before)).to.equal(false);
    const anew = both.seal(SECRET);
    expect(both.isCurrent(anew)).to.equal(true);
    expect(sealOf(NEXT).open(anew)).to.equal(SECRET);
    expect(() => sealOf(KEY).open(anew)).to.throw('SECRET_KEY');
  });

  it('is the secret itself in demo mode without a key, and stays readable when a key is set later', () => {
    const stored = sealOf(undefined).seal(SECRET);
    expect(stored).to.equal(SECRET);
    expect(sealOf(undefined).isCurrent(stored)).to.equal(true);
    expect(sealOf(KEY).open(stored)).to.equal(SECRET);
    expect(sealOf(KEY).isCurrent(stored), 'to be sealed').to.equal(false);
  });
});

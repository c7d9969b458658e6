import { expect } from 'chai';
import { createSeal } from '../../src/webhooks/seal.ts';

const KEY = 'a-secret-key-of-at-least-thirty-two-characters';

describe('a sealed secret', () => {
  it('opens with the same key, and shows nothing of itself', () => {
    const sealed = createSeal(KEY).seal('whsec_c2VjcmV0');
    expect(sealed).not.to.contain('whsec_').and.not.to.contain('c2VjcmV0');
    expect(createSeal(KEY).open(sealed)).to.equal('whsec_c2VjcmV0');
    expect(createSeal(KEY).seal('whsec_c2VjcmV0'), 'another each time').not.to.equal(sealed);
  });

  it('says what to do when the key is another one or missing, or when it was changed', () => {
    const sealed = createSeal(KEY).seal('whsec_c2VjcmV0');
    for (const open of [
      () => createSeal(`${KEY}!`).open(sealed),
      () => createSeal(undefined).open(sealed),
      () => createSeal(KEY).open(`${sealed.slice(0, -8)}AAAAAAA=`),
    ]) {
      expect(open).to.throw('SECRET_KEY').with.property('code', 'settings_invalid');
    }
  });

  it('is the secret itself in demo mode without a key, and stays readable when a key is set later', () => {
    const stored = createSeal(undefined).seal('whsec_c2VjcmV0');
    expect(stored).to.equal('whsec_c2VjcmV0');
    expect(createSeal(KEY).open(stored)).to.equal('whsec_c2VjcmV0');
  });
});

import { expect } from 'chai';
import { patternMistake } from '../src/safe-pattern.ts';

describe('a pattern', () => {
  const safe = [
    ...['\\d{4}', 'INV-?\\d{6}', '^GC[- ]?(?<card>[0-9]{6})$', '[A-Z]{2,3}[- ]?\\d{4,8}', 'HB', '編號\\d{5}'],
    ...['(?:\\d{3}-){2}\\d{4}', '^\\d+$', 'red|blue', '\\bHB\\d+\\b', '(a{1,3}){2}'],
  ];
  for (const pattern of safe) {
    it(`${pattern} is safe`, () => expect(patternMistake(pattern)).to.equal(undefined)).timeout(10_000);
  }

  it('that is plain needs no checker', () => {
    const started = performance.now();
    for (const pattern of safe.slice(0, 6)) patternMistake(pattern);
    expect(performance.now() - started).to.be.below(50);
  });

  const unsafe = ['(a+)+$', '\\d+-\\d+', '(a|a)*b', '(x?){40}x{40}y', '.*a.*b.*c'];
  for (const pattern of unsafe) {
    it(`${pattern} may run away`, () => {
      expect(patternMistake(pattern)?.reason).to.match(/takes very long|too involved/);
    }).timeout(20_000);
  }

  it('of many repeats in a row is looked at by the checker', () => {
    expect(patternMistake('\\d{1,20}\\d{1,20}\\d{1,20}\\d{1,20}\\d{1,20}X')).not.to.equal(undefined);
  }).timeout(20_000);

  it('that cannot be read says so', () => {
    for (const pattern of ['(a', '[', 'a{2,1}', '\\q', '*']) {
      expect(patternMistake(pattern)?.reason, pattern).to.equal('is no regular expression');
    }
  });
});

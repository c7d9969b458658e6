import { expect } from 'chai';
import { isNearMiss } from '../../src/bot/near-miss.ts';

describe('a near miss', () => {
  const near = [
    ['ordr', 'order'],
    ['oorder', 'order'],
    ['ordre', 'order'],
    ['arder', 'order'],
    ['order', 'orders'],
    ['devoluciones', 'devolucionse'],
    ['oder status', 'order status'],
  ] as const;
  for (const [word, name] of near) {
    it(`${word} for ${name}`, () => expect(isNearMiss(word, name)).to.equal(true));
  }

  const far = [
    ['order', 'order'],
    ['odrre', 'order'],
    ['or', 'order'],
    ['red', 'rad'],
    ['orders', 'or der'],
    ['redo', 'oder'],
    ['', 'order'],
    ['returns', 'order'],
  ] as const;
  for (const [word, name] of far) {
    it(`but not ${word} for ${name}`, () => expect(isNearMiss(word, name)).to.equal(false));
  }
});

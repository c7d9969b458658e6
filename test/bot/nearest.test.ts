import { expect } from 'chai';
import { instead, nearest } from '../../src/bot/nearest.ts';

describe('the nearest name', () => {
  it('is one letter away, or two swapped', () => {
    expect(nearest('retrys', ['id', 'retries', 'type'])).to.equal('retries');
    expect(nearest('triggesr', ['triggers', 'steps'])).to.equal('triggers');
    expect(nearest('MENU', ['menu'])).to.equal('menu');
  });

  it('is none when all are far', () => {
    expect(nearest('colour', ['id', 'say', 'alone'])).to.equal(undefined);
    expect(nearest('x', ['id'])).to.equal(undefined);
    expect(nearest('anything', [])).to.equal(undefined);
  });

  it('gives way to the list of all names', () => {
    expect(instead('menue', ['menu', 'bye'], 'add one')).to.equal('write menu');
    expect(instead('zzz', ['menu', 'bye'], 'add one')).to.equal('use one of: menu, bye');
    expect(instead('zzz', [], 'add one')).to.equal('add one');
  });
});

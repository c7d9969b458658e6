import { expect } from 'chai';
import { allowedAt } from '../../src/conversations/quiet.ts';

const at = (iso: string) => Date.parse(iso);

describe('quiet hours', () => {
  const night = { timeZone: 'Europe/Madrid', from: '21:00', to: '08:00' };

  it('let things leave by day, and have them wait for the morning at night', () => {
    expect(allowedAt(night, at('2026-03-02T12:00:00Z'))).to.equal(at('2026-03-02T12:00:00Z'));
    expect(allowedAt(night, at('2026-03-02T20:00:00Z')), '21:00 there').to.equal(at('2026-03-03T07:00:00Z'));
    expect(allowedAt(night, at('2026-03-02T19:59:59Z'))).to.equal(at('2026-03-02T19:59:59Z'));
    expect(allowedAt(night, at('2026-03-03T02:00:00Z'))).to.equal(at('2026-03-03T07:00:00Z'));
  });

  it('end by the clock on the wall in the night in which it changes', () => {
    expect(allowedAt(night, at('2026-03-28T23:00:00Z'))).to.equal(at('2026-03-29T06:00:00Z'));
  });

  it('may lie within a day', () => {
    const lunch = { timeZone: 'Asia/Taipei', from: '12:30', to: '13:30' };
    expect(allowedAt(lunch, at('2026-03-02T05:00:00Z'))).to.equal(at('2026-03-02T05:30:00Z'));
    expect(allowedAt(lunch, at('2026-03-02T04:00:00Z'))).to.equal(at('2026-03-02T04:00:00Z'));
    expect(allowedAt(lunch, at('2026-03-02T16:00:00Z'))).to.equal(at('2026-03-02T16:00:00Z'));
  });

  it('need not be', () => {
    expect(allowedAt(null, 7)).to.equal(7);
  });
});

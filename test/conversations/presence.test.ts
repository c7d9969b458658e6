import { expect } from 'chai';
import { presenceAfter } from '../../src/conversations/presence.ts';
import { PRESENCES } from '../../src/store/documents.ts';

describe('presence that changes by itself', () => {
  it('is away after a missed offer, and do not disturb after a rejected one', () => {
    expect(presenceAfter('offer_missed', 'available')).to.equal('away');
    expect(presenceAfter('offer_rejected', 'available')).to.equal('do_not_disturb');
  });

  it('stays what the agent chose meanwhile', () => {
    for (const chosen of PRESENCES.filter((one) => one !== 'available')) {
      expect(presenceAfter('offer_missed', chosen)).to.equal(chosen);
      expect(presenceAfter('offer_rejected', chosen)).to.equal(chosen);
    }
  });

  it('is offline once the grace is over, whatever it was', () => {
    for (const presence of PRESENCES) expect(presenceAfter('grace_over', presence)).to.equal('offline');
  });
});

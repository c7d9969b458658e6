import { expect } from 'chai';
import fc from 'fast-check';
import { costOf, loadOf, roomFor, withWork } from '../../src/conversations/capacity.ts';
import type { Work } from '../../src/store/documents.ts';

const NOW = 1_000_000;

describe('capacity', () => {
  describe('what a conversation takes up', () => {
    it('is its cost while it is offered or active, nothing while it is parked, closed or the bot’s', () => {
      const capacity = { cost: 3, wrapUp: 'always' } as const;
      expect(costOf('open', capacity, 0, NOW)).to.equal(3);
      expect(costOf('agent', capacity, 0, NOW)).to.equal(3);
      for (const place of ['waiting', 'bot', 'closed'] as const) {
        expect(costOf(place, capacity, 0, NOW), place).to.equal(0);
      }
    });

    it('is in wrap-up what the workstream says: all, nothing, or all for some seconds', () => {
      expect(costOf('wrap_up', { cost: 3, wrapUp: 'always' }, 0, NOW)).to.equal(3);
      expect(costOf('wrap_up', { cost: 3, wrapUp: 'never' }, NOW, NOW)).to.equal(0);
      const thirty = { cost: 3, wrapUp: { seconds: 30 } };
      expect(costOf('wrap_up', thirty, NOW - 29_999, NOW)).to.equal(3);
      expect(costOf('wrap_up', thirty, NOW - 30_000, NOW)).to.equal(0);
    });
  });

  const work: Work[] = [
    { conversationId: 'a', workstreamId: 'sms', cost: 2 },
    { conversationId: 'b', workstreamId: 'sms', cost: 1, reservedUntil: NOW + 1 },
    { conversationId: 'c', workstreamId: 'chat', cost: 4, reservedUntil: NOW },
  ];

  it('adds up what counts: not a reservation whose time has passed', () => {
    expect(loadOf({ work }, NOW)).to.equal(3);
    expect(loadOf({ work }, NOW + 1)).to.equal(2);
    expect(loadOf({ work: [] }, NOW)).to.equal(0);
  });

  it('has room up to the capacity and up to the limit of the workstream', () => {
    const agent = { work, capacity: 5, limits: { sms: 2, chat: 1 } };
    expect(roomFor({ ...agent, limits: {} }, 'sms', 2, NOW)).to.equal(true);
    expect(roomFor({ ...agent, limits: {} }, 'sms', 3, NOW)).to.equal(false);
    expect(roomFor(agent, 'sms', 1, NOW), 'two of two').to.equal(false);
    expect(roomFor(agent, 'sms', 1, NOW + 1), 'a reservation gone').to.equal(true);
    expect(roomFor(agent, 'chat', 1, NOW)).to.equal(true);
    expect(roomFor({ ...agent, limits: { chat: 0 } }, 'chat', 1, NOW)).to.equal(false);
    expect(roomFor({ ...agent, capacity: 1 }, 'chat', 1, NOW), 'beyond it already').to.equal(false);
  });

  it('takes a workstream of any name for one without a limit', () => {
    for (const name of ['constructor', 'toString', '__proto__']) {
      expect(roomFor({ work: [], capacity: 1, limits: {} }, name, 1, NOW), name).to.equal(true);
    }
  });

  it('puts work in the place of what it held for the conversation, and drops what costs nothing', () => {
    const again = { conversationId: 'a', workstreamId: 'sms', cost: 5 };
    expect(withWork({ work }, again, NOW)).to.deep.equal([work[1], again]);
    expect(withWork({ work }, { conversationId: 'a', cost: 0 }, NOW)).to.deep.equal([work[1]]);
    expect(withWork({ work }, { ...again, cost: 0 }, NOW)).to.deep.equal([work[1]]);
    expect(withWork({ work }, { conversationId: 'z', cost: 0 }, NOW + 1)).to.deep.equal([work[0]]);
  });

  it('has a load after any changes that is the sum of the last word on each conversation', () => {
    const change = fc.record({
      conversationId: fc.constantFrom('a', 'b', 'c'),
      workstreamId: fc.constantFrom('sms', 'chat'),
      cost: fc.nat(4),
    });
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const last = new Map(changes.map((one) => [one.conversationId, one.cost]));
        const after = changes.reduce<Work[]>((before, one) => withWork({ work: before }, one, NOW), []);
        expect(loadOf({ work: after }, NOW)).to.equal(
          [...last.values()].reduce((sum, cost) => sum + cost, 0),
        );
      }),
    );
  });
});

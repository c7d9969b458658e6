import { expect } from 'chai';
import { beforeQueueing, nextAgeCheck, whileWaiting } from '../../src/conversations/overflow.ts';
import type { Hours } from '../../src/store/queue.ts';
import { rule } from '../support/queues.ts';

const MONDAY_NOON = Date.UTC(2026, 2, 2, 12);
const MONDAY_NIGHT = Date.UTC(2026, 2, 2, 22);

const HOURS: Hours = { timeZone: 'UTC', week: [{ day: 1, from: 540, to: 1080 }], holidays: [] };

const CLOSED = rule({ is: 'closed' }, { do: 'end' });
const FULL = rule({ is: 'full', waiting: 3 }, { do: 'queue', queueId: 'sales' });
const LONG = rule({ is: 'age', seconds: 600 }, { do: 'end' });
const LATE = rule({ is: 'age', seconds: 60 }, { do: 'call_back' });

describe('overflow', () => {
  describe('before queueing', () => {
    it('lets a conversation into a queue without rules, however full and closed', () => {
      expect(beforeQueueing({ hours: HOURS }, 1000, MONDAY_NIGHT)).to.equal(null);
    });

    it('acts outside the hours', () => {
      const queue = { hours: HOURS, overflow: [CLOSED] };
      expect(beforeQueueing(queue, 0, MONDAY_NIGHT)).to.deep.equal({ do: 'end' });
      expect(beforeQueueing(queue, 0, MONDAY_NOON)).to.equal(null);
    });

    it('never finds a queue without hours closed', () => {
      expect(beforeQueueing({ overflow: [CLOSED] }, 0, MONDAY_NIGHT)).to.equal(null);
    });

    it('acts once that many wait already', () => {
      expect(beforeQueueing({ overflow: [FULL] }, 2, MONDAY_NOON)).to.equal(null);
      expect(beforeQueueing({ overflow: [FULL] }, 3, MONDAY_NOON)).to.deep.equal(FULL.then);
    });

    it('takes the first rule that holds', () => {
      expect(beforeQueueing({ hours: HOURS, overflow: [FULL, CLOSED] }, 3, MONDAY_NIGHT)).to.equal(FULL.then);
      expect(beforeQueueing({ hours: HOURS, overflow: [CLOSED, FULL] }, 3, MONDAY_NIGHT)).to.equal(
        CLOSED.then,
      );
      expect(beforeQueueing({ hours: HOURS, overflow: [CLOSED, FULL] }, 3, MONDAY_NOON)).to.equal(FULL.then);
    });

    it('leaves rules for a long wait alone', () => {
      expect(beforeQueueing({ overflow: [LONG] }, 1000, MONDAY_NOON)).to.equal(null);
    });
  });

  describe('while waiting', () => {
    const queue = { hours: HOURS, overflow: [CLOSED, LONG, FULL, LATE] };

    it('acts from the second on that a rule names', () => {
      expect(whileWaiting(queue, 59_999, 0)).to.equal(null);
      expect(whileWaiting(queue, 60_000, 0)).to.deep.equal({ do: 'call_back' });
    });

    it('does each once, the shortest wait first, wherever it stands', () => {
      expect(whileWaiting(queue, 599_999, 1)).to.equal(null);
      expect(whileWaiting(queue, 600_000, 1)).to.deep.equal({ do: 'end' });
      expect(whileWaiting(queue, 10_000_000, 0)).to.deep.equal({ do: 'call_back' });
      expect(whileWaiting(queue, 10_000_000, 2)).to.equal(null);
    });

    it('tells when the next is due', () => {
      expect(nextAgeCheck(queue, MONDAY_NOON, 0)).to.equal(MONDAY_NOON + 60_000);
      expect(nextAgeCheck(queue, MONDAY_NOON, 1)).to.equal(MONDAY_NOON + 600_000);
      expect(nextAgeCheck(queue, MONDAY_NOON, 2)).to.equal(null);
      expect(nextAgeCheck({}, MONDAY_NOON, 0)).to.equal(null);
    });

    it('asks neither hours nor how many wait', () => {
      expect(nextAgeCheck({ overflow: [CLOSED, FULL] }, MONDAY_NOON, 0)).to.equal(null);
      expect(whileWaiting({ overflow: [CLOSED, FULL] }, 1e9, 0)).to.equal(null);
    });
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { receiptEffect, requestError, STATUSES, statusMeaning } from '../../src/telesign/status.ts';

/** TeleSign's documented codes for SMS. */
const DOCUMENTED = [
  200, 201, 203, 207, 210, 211, 220, 221, 222, 229, 230, 231, 233, 237, 238, 250, 251, 286, 290, 292, 295,
  500, 501, 502, 503, 504, 505, 506, 507, 508, 509, 510, 511, 512, 513, 514, 515, 516, 517, 518, 519, 520,
  521, 599, 10000, 10030, 10031, 10032, 11000,
];

/** TeleSign's documented refusals of a request, by what to do about them. */
const REFUSALS = {
  retry: [10000, 10002, 10004],
  slowDown: [10019, 3204, 3205, -40007],
  giveUp: [
    10003, 10005, 10006, 10007, 10008, 10009, 10010, 10011, 10013, 10014, 10015, 10017, 10020, 10022, 10028,
    10030, 10031, 10033, 10035, 10036, 11000, 11001, 11003, 11004, 11009, 11010, 11011, 11013, 11016, 11017,
    11027, 11034, 11035, 12000, 12009, 12017, 3207, -40008,
  ],
};

describe('telesign/status', () => {
  describe('the status of a text', () => {
    it('is known for every code that TeleSign documents', () => {
      expect([...STATUSES.keys()]).to.have.members(DOCUMENTED);
      for (const [code, status] of STATUSES) {
        expect(status.code).to.equal(code);
        expect(statusMeaning(code))
          .to.equal(status.meaning)
          .and.to.match(/^[A-Z].*\.$/);
      }
    });

    it('is worth another attempt only where TeleSign documents it', () => {
      const retryable = [...STATUSES.values()].filter((status) => status.retryable);
      expect(retryable.map((status) => status.code)).to.deep.equal([503, 505, 10000]);
      expect(retryable.every((status) => status.outcome === 'failed')).to.equal(true);
    });

    it('tells an opt-out from other failures', () => {
      const optOuts = [...STATUSES.values()].filter((status) => status.optOut);
      expect(optOuts.map((status) => status.code)).to.deep.equal([510, 10031, 10032]);
    });

    it('is final once delivered or failed, and not on the way', () => {
      for (const { code, final, outcome } of STATUSES.values()) {
        if (outcome === 'delivered' || outcome === 'failed') expect(final, String(code)).to.equal(true);
        if (outcome === 'progress' || outcome === 'sent') expect(final, String(code)).to.equal(false);
      }
      expect(STATUSES.get(250)).to.include({ outcome: 'unknown', final: true });
      expect(STATUSES.get(251)).to.include({ outcome: 'unknown', final: true });
      expect(STATUSES.get(599)).to.include({ outcome: 'unknown', final: false });
    });

    it('has words for a code that is not documented', () => {
      expect(statusMeaning(234)).to.equal('Status 234, which this version does not know.');
    });
  });

  describe('a receipt', () => {
    it('moves a message to sent, failed or delivered', () => {
      expect(receiptEffect(290)).to.deep.equal({ status: 'sent', rank: 1 });
      expect(receiptEffect(203)).to.deep.equal({ status: 'sent', rank: 2 });
      expect(receiptEffect(251)).to.deep.equal({ status: 'sent', rank: 2 });
      expect(receiptEffect(510)).to.deep.equal({ status: 'failed', rank: 3 });
      expect(receiptEffect(200)).to.deep.equal({ status: 'delivered', rank: 4 });
    });

    it('changes nothing with a code that is not documented', () => {
      for (const code of [0, -1, 234, 291, 1500, 99999]) {
        expect(receiptEffect(code)).to.deep.equal({ status: null, rank: 0 });
      }
    });

    it('leads to the same end in whatever order receipts come, however often', () => {
      const ending = (codes: number[]) => {
        let message: { status: string | null; rank: number } = { status: 'sent', rank: 0 };
        for (const code of codes) {
          const effect = receiptEffect(code);
          if (message.rank < effect.rank) message = effect;
        }
        return message;
      };
      const codes = fc.array(fc.constantFrom(...DOCUMENTED, 234, 99999), { minLength: 1, maxLength: 8 });
      const shuffled = codes.chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: 2 * list.length })),
      );
      fc.assert(
        fc.property(shuffled, ([inOrder, outOfOrder]) => {
          expect(ending(outOfOrder)).to.deep.equal(ending(inOrder));
          if (inOrder.includes(200)) expect(ending(inOrder).status).to.equal('delivered');
        }),
      );
    });
  });

  describe('a refused request', () => {
    it('may be made again, later or never, for every code that TeleSign documents', () => {
      for (const code of REFUSALS.retry) {
        expect(requestError(code), String(code)).to.include({ kind: 'rejected', retryable: true });
      }
      for (const code of REFUSALS.slowDown) {
        expect(requestError(code), String(code)).to.include({ kind: 'rate_limited', retryable: true });
      }
      for (const code of REFUSALS.giveUp) {
        expect(requestError(code), String(code)).to.include({ kind: 'rejected', retryable: false });
      }
    });

    it('is not told from a code that is a text’s status, or unknown', () => {
      for (const code of [200, 290, 500, 501, 503, 0, 99999]) expect(requestError(code)).to.equal(null);
    });
  });
});

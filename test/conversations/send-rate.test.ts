import { expect } from 'chai';
import fc from 'fast-check';
import { book, giveBackMoment, pauseUntil, takeNow } from '../../src/conversations/send-rate.ts';
import type { Store } from '../../src/store/documents.ts';
import { ENGINES } from '../support/stores.ts';

const LIMIT = { id: 'number:1', perSecond: 20 };
/** Milliseconds. */
const STEP = 51;

for (const [engine, open] of ENGINES) {
  describe(`a limit of texts a second (${engine})`, () => {
    let store: Store;
    let dispose: () => Promise<void>;
    let now: number;

    beforeEach(async () => {
      ({ store, dispose } = await open());
      now = 1_000_000;
    });
    afterEach(() => dispose());

    it('gives each moment to one of many who ask at once', async () => {
      const taken = await Promise.all(Array.from({ length: 20 }, () => takeNow(store, LIMIT, now)));
      expect(taken.filter(Boolean)).to.have.length(1);
      expect(await takeNow(store, LIMIT, now + STEP - 1)).to.equal(null);
      expect(await takeNow(store, LIMIT, now + STEP)).not.to.equal(null);
    });

    it('books moments that are a second’s share apart, each once, for all who ask at once', async () => {
      const moments = await Promise.all(Array.from({ length: 40 }, () => book(store, LIMIT, now)));
      const sorted = moments.sort((a, b) => a - b);
      expect(sorted).to.deep.equal(Array.from({ length: 40 }, (_, n) => now + n * STEP));
    });

    it('lets no more through than the limit, whenever they ask', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 20, maxLength: 60 }),
          async (gaps) => {
            now += 60_000;
            const gone: number[] = [];
            for (const gap of gaps) {
              now += gap;
              gone.push(await book(store, LIMIT, now));
            }
            for (const from of gone) {
              const within = gone.filter((at) => at >= from && at < from + 1000);
              expect(within.length).to.be.at.most(20);
            }
          },
        ),
        { numRuns: 10 },
      );
    });

    it('is free again after a while, without making up for the time that nobody sent', async () => {
      await takeNow(store, LIMIT, now);
      now += 60_000;
      const moments: number[] = [];
      for (let n = 0; n < 10; n++) moments.push(await book(store, LIMIT, now));
      expect(moments.at(-1)).to.be.at.least(now + 9 * STEP);
    });

    it('takes a moment back that was not used, unless another was booked behind it', async () => {
      const first = (await takeNow(store, LIMIT, now)) ?? expect.fail('it is free');
      await giveBackMoment(store, first);
      const second = (await takeNow(store, LIMIT, now)) ?? expect.fail('it is free again');
      expect(await book(store, LIMIT, now)).to.equal(now + STEP);
      await giveBackMoment(store, second);
      expect(await book(store, LIMIT, now), 'nobody gets a moment that somebody has').to.equal(
        now + 2 * STEP,
      );
    });

    it('has nobody go before the end of a pause', async () => {
      await takeNow(store, LIMIT, now);
      await pauseUntil(store, LIMIT, now + 5_000);
      expect(await takeNow(store, LIMIT, now + 4_900)).to.equal(null);
      expect(await book(store, LIMIT, now + 4_000)).to.equal(now + 5_000);
    });

    it('takes fractions of a text a second', async () => {
      const slow = { id: 'number:2', perSecond: 0.5 };
      expect(await book(store, slow, now)).to.equal(now);
      expect(await book(store, slow, now)).to.equal(now + 2_040);
    });
  });
}

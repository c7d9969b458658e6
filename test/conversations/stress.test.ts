import { expect } from 'chai';
import { mongoStore, type TemporaryStore, temporaryEmbeddedStore } from '../support/stores.ts';
import { stressRun } from './stress.ts';

/** A long trial sets this to 50 or more: `STRESS_RUNS=50 npx mocha --grep 'die at any point'`. */
const RUNS = Number(process.env.STRESS_RUNS ?? 3);

const ENGINES: Record<string, () => Promise<TemporaryStore>> = {
  embedded: () => temporaryEmbeddedStore(),
  'embedded, yielding between steps': () =>
    temporaryEmbeddedStore({
      jitter: () =>
        Math.random() < 0.3 ? new Promise((resolve) => setImmediate(resolve)) : Promise.resolve(),
    }),
  MongoDB: () => mongoStore(),
};

describe('workers that race and die at any point, on texts that come twice and out of order', function () {
  this.timeout(120_000 * RUNS);

  for (const [engine, open] of Object.entries(ENGINES)) {
    // On MongoDB a run of 60 takes 15 to 35 s: every test run has fewer conversations, which crash as much more often.
    const conversations = engine === 'MongoDB' && RUNS < 10 ? 20 : 60;
    it(`lose, double and reorder nothing in ${RUNS} runs (${engine})`, async () => {
      const points = new Set<string>();
      const crashed = new Set<string>();
      for (let seed = 1; seed <= RUNS; seed++) {
        const { store, dispose } = await open();
        try {
          const run = await stressRun(store, { seed, conversations });
          for (const point of run.points) points.add(point);
          for (const point of run.crashes.keys()) crashed.add(point);
          expect(run.duplicates).to.be.greaterThan(0);
          expect(run.asked.done, 'proactive turns that took place').to.be.greaterThan(0);
          expect(run.asked.refused, 'proactive turns that a stop refused').to.be.greaterThan(0);
          expect(run.openedByAsked, 'sessions that a proactive turn opened').to.be.greaterThan(0);
        } finally {
          await dispose();
        }
      }
      expect(
        [...points].filter((point) => !crashed.has(point)),
        'points that never were a crash',
      ).to.deep.equal([]);
    });
  }
});

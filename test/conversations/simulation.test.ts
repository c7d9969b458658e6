import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import { mongoStore, type TemporaryStore, temporaryEmbeddedStore } from '../support/stores.ts';
import { simulate } from './simulation.ts';
import { modelOf, type SameTime } from './simulation-model.ts';
import { type Fate, scriptOf } from './simulation-script.ts';

/** The whole week: `SIMULATION=whole npx mocha --grep 'a simulated week'`, half an hour to an hour a case on MongoDB. */
const WHOLE = process.env.SIMULATION === 'whole';
const SIZES = WHOLE
  ? {
      embedded: { agents: 200, conversations: 20_000, days: 7 },
      MongoDB: { agents: 200, conversations: 20_000, days: 7 },
    }
  : {
      embedded: { agents: 10, conversations: 150, days: 1 },
      MongoDB: { agents: 10, conversations: 60, days: 1 },
    };
const SETTLE_DAYS = 2;
/** By the number of workers. The whole week of seed 4 turns on which of two things in one millisecond is first. */
const SEEDS = new Map([
  [2, 2],
  [4, 5],
]);
const ORDERS: readonly SameTime[] = ['in turn', 'in reverse'];

const ENGINES: Record<keyof typeof SIZES, () => Promise<TemporaryStore>> = {
  embedded: () =>
    temporaryEmbeddedStore({
      jitter: () =>
        Math.random() < 0.2 ? new Promise((resolve) => setImmediate(resolve)) : Promise.resolve(),
    }),
  MongoDB: () => mongoStore(),
};

describe('a simulated week of customers who give up, agents who miss, reject, fall silent and crash', function () {
  this.timeout(WHOLE ? 4 * 3_600_000 : 60_000);

  for (const [engine, open] of Object.entries(ENGINES)) {
    const size = engine === 'MongoDB' ? SIZES.MongoDB : SIZES.embedded;
    for (const [workers, seed] of SEEDS) {
      it(`has the waiting times of the plain model, with one conversation at a time (${engine}, ${workers} workers)`, async () => {
        const script = scriptOf(seed, size);
        const model = modelOf(script, SETTLE_DAYS);
        for (const order of ORDERS) {
          const fates = modelOf(script, SETTLE_DAYS, order);
          expect(otherFates(fates, model), `the model itself, ${order}`).to.deep.equal([]);
        }
        const { store, dispose } = await open();
        try {
          const fates = await simulate(store, { script, workers, capacity: 1, settleDays: SETTLE_DAYS });
          expect(fates.size).to.equal(model.size);
          expect(otherFates(fates, model)).to.deep.equal([]);
          expectAllEnded(fates);
        } finally {
          await dispose();
        }
      });
    }

    it(`exceeds nobody's capacity and passes nobody by, with three at a time (${engine}, 4 workers)`, async () => {
      const script = scriptOf(3, size);
      const { store, dispose } = await open();
      try {
        expectAllEnded(await simulate(store, { script, workers: 4, capacity: 3, settleDays: SETTLE_DAYS }));
      } finally {
        await dispose();
      }
    });
  }
});

type Fates = ReadonlyMap<string, Fate>;

/** Few of them: the difference of two weeks is too long to be printed. */
function otherFates(fates: Fates, model: Fates) {
  return [...fates]
    .filter(([customer, fate]) => !isDeepStrictEqual(fate, model.get(customer)))
    .slice(0, 20)
    .map(([customer, fate]) => ({ customer, fate, model: model.get(customer) }));
}

function expectAllEnded(fates: Fates): void {
  const stuck = [...fates].filter(([, { end }]) => end === null).map(([customer]) => customer);
  expect(stuck, 'conversations that nobody ended').to.deep.equal([]);
}

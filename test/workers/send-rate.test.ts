import { expect } from 'chai';
import { createBreaker } from '../../src/conversations/breaker.ts';
import type { SendResult } from '../../src/conversations/send-outcome.ts';
import { createFaultPlan, FaultsSchema } from '../../src/emulator/faults.ts';
import type { Store } from '../../src/store/documents.ts';
import type { Loop } from '../../src/workers/loop.ts';
import { createNotices, createSends } from '../../src/workers/sends.ts';
import { createRig, NUMBER } from '../support/conversations.ts';
import { writeDueText } from '../support/due-texts.ts';
import { recordedLog } from '../support/log.ts';
import { seeded } from '../support/random.ts';
import { ENGINES } from '../support/stores.ts';
import { createVirtualWork, type VirtualWork } from '../support/virtual-work.ts';

const PER_SECOND = 20;
/** Milliseconds: the most that one operation of the store takes, and one way to TeleSign. */
const STORE_LATENCY = 20;
const WAY = 150;

/** The loops of two processes as they run, and the emulator's own count of texts a second, all by one virtual clock. */
for (const [engine, open] of ENGINES) {
  describe(`sends of two processes with a TeleSign that takes 20 a second (${engine})`, function () {
    this.timeout(60_000);
    let store: Store;
    let dispose: () => Promise<void>;
    let work: VirtualWork;
    let loops: Loop[];
    let taken: { text: string; at: number }[];
    let refused: number;

    beforeEach(async () => {
      ({ store, dispose } = await open());
      const random = seeded(20);
      work = createVirtualWork(1_800_000_000_000);
      taken = [];
      refused = 0;
      const faults = createFaultPlan(random);
      faults.set(FaultsSchema.parse({ send: { perSecond: PER_SECOND } }));
      const send = async ({ text }: { text: string }): Promise<SendResult> => {
        await work.sleep(WAY);
        const { mode } = faults.takeSend(work.now());
        if (mode === '429') refused += 1;
        else taken.push({ text, at: work.now() });
        await work.sleep(WAY);
        return mode === '429'
          ? { outcome: 'rate_limited', code: '10019', retryAfter: null }
          : { outcome: 'accepted', referenceId: text, code: 290, description: '' };
      };
      loops = [1, 2].flatMap(() => {
        const own: Loop[] = [];
        const parts = {
          ...createRig(store).outbox,
          store: work.slow(store, () => Math.floor(random() * STORE_LATENCY)),
          now: work.now,
          sleep: work.sleep,
          log: recordedLog().log,
          random,
          send,
          queued: (ids: string[]) => {
            for (const id of ids) for (const loop of own) loop.hint(id);
          },
          pacing: {
            breaker: createBreaker({ now: work.now, answers: async () => true, changed: () => {} }),
            limits: () => [{ id: `number:${NUMBER}`, perSecond: PER_SECOND }],
            allowedAt: (_: string, at: number) => at,
          },
        };
        own.push(createSends(parts), createNotices(parts));
        return own;
      });
    });
    afterEach(async () => {
      const stopped = Promise.all(loops.map((loop) => loop.stop()));
      let ended = false;
      void stopped.finally(() => {
        ended = true;
      });
      await work.goOn(() => ended);
      await dispose();
    });

    let made = 0;
    /** Texts of as many conversations, all due now. Gives their ids. */
    async function write(kind: 'answer' | 'notice', count: number): Promise<string[]> {
      const ids: string[] = [];
      for (let n = 0; n < count; n++) {
        made += 1;
        const fields = { text: `${kind} ${n}`, ...(kind === 'notice' ? { notice: true as const } : {}) };
        ids.push(await writeDueText(store, made, work.now(), fields));
      }
      return ids;
    }
    function start(): void {
      for (const loop of loops) loop.start();
    }
    const answers = () => taken.filter(({ text }) => text.startsWith('answer'));

    /** That all were taken once, and how many a second from the first to the last. */
    function rateOf(count: number): number {
      expect(new Set(taken.map(({ text }) => text)).size, 'none is lost').to.equal(count);
      expect(taken, 'none is sent twice').to.have.length(count);
      return (count - 1) / (((taken.at(-1)?.at ?? 0) - (taken[0]?.at ?? 0)) / 1000);
    }

    for (const kind of ['answer', 'notice'] as const) {
      it(`come within 5 % of the limit with ${kind}s only, and hardly any is refused`, async () => {
        await write(kind, 100);
        start();
        await work.goOn(() => taken.length === 100);
        expect(rateOf(100)).to.be.within(19, 20);
        expect(refused).to.be.at.most(2);
      });
    }

    it('come within 5 % with both, and answers overtake notices that wait', async () => {
      await write('notice', 80);
      start();
      await work.goOn(() => taken.length === 20);
      for (const id of await write('answer', 40)) loops[0]?.hint(id);
      const wrote = work.now();
      await work.goOn(() => answers().length === 40);
      // 40 at 20 a second, after the notices that were on their way.
      expect(work.now() - wrote).to.be.below(40 * 51 + 600);
      expect(taken.length, 'notices wait meanwhile').to.be.below(80);
      await work.goOn(() => taken.length === 120);
      expect(rateOf(120)).to.be.within(19, 20);
      expect(refused).to.be.at.most(2);
    });
  });
}

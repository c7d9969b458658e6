import { expect } from 'chai';
import { createBreaker, FAILURES, FIRST_PAUSE } from '../../src/conversations/breaker.ts';
import { dueAnswers, dueNotices, nextTextAt } from '../../src/conversations/due-texts.ts';
import { type OutboxParts, sendOut } from '../../src/conversations/outbox.ts';
import type { Pacing } from '../../src/conversations/pacing.ts';
import { takeUp } from '../../src/conversations/recover.ts';
import type { Limit } from '../../src/conversations/send-rate.ts';
import type { MessageDoc, Store } from '../../src/store/documents.ts';
import { createRig, NUMBER, type Rig } from '../support/conversations.ts';
import { writeDueText } from '../support/due-texts.ts';
import { ENGINES } from '../support/stores.ts';

const NUMBERS_20: Limit = { id: `number:${NUMBER}`, perSecond: 20 };

for (const [engine, open] of ENGINES) {
  // How near they come to a limit, and that answers leave before notices: test/workers/send-rate.test.ts.
  describe(`texts within their limits (${engine})`, () => {
    let store: Store;
    let dispose: () => Promise<void>;
    let rig: Rig;
    let limits: Limit[];
    let allowed: (at: number) => number;
    /** When each text left, by its own words, in the order of the sends. */
    let left: { text: string; at: number }[];
    let processes: OutboxParts[];
    let pacing: Pacing;
    let back: boolean;

    beforeEach(async () => {
      ({ store, dispose } = await open());
      rig = createRig(store);
      limits = [NUMBERS_20];
      allowed = (at) => at;
      left = [];
      back = true;
      pacing = {
        breaker: createBreaker({ now: () => rig.time, answers: async () => back, changed: () => {} }),
        limits: () => limits,
        allowedAt: (_, at) => allowed(at),
        booked: () => {},
        // Moments come in the order in which they are waited for.
        sleep: async (timeout) => {
          rig.time += timeout;
        },
      };
      const process = (): OutboxParts => ({
        ...rig.outbox,
        pacing,
        send: async (message) => {
          left.push({ text: message.text, at: rig.time });
          return rig.answer(message);
        },
      });
      processes = [process(), process()];
    });
    afterEach(() => dispose());

    const dueOf = async () => [
      ...(await dueAnswers(store, rig.time, 100)),
      ...(await dueNotices(store, rig.time, 32)),
    ];

    let made = 0;
    /** A text of a conversation of its own. */
    async function write(text: string, fields: Partial<MessageDoc> = {}): Promise<string> {
      made += 1;
      return writeDueText(store, made, rig.time, { text, ...fields });
    }

    /** Both processes work on what is due, at the same time, until `until`; the clock goes from one due time to the next. */
    async function run(until = Number.POSITIVE_INFINITY): Promise<void> {
      for (;;) {
        for (;;) {
          const due = await dueOf();
          if (due.length === 0 || rig.time > until) break;
          await Promise.all(
            processes.map(async (process) => {
              for (const { _id } of due) await sendOut(process, _id);
            }),
          );
        }
        if (rig.time > until) return;
        const next = await nextTextAt(store);
        if (next > until || next === Number.POSITIVE_INFINITY) {
          rig.time = Math.max(rig.time, until === Number.POSITIVE_INFINITY ? 0 : until);
          return;
        }
        rig.time = next;
      }
    }
    const texts = () => left.map(({ text }) => text);

    it('keep to the limit of the account beside that of the number', async () => {
      limits = [
        { id: 'number:1', perSecond: 20 },
        { id: 'account:1', perSecond: 10 },
      ];
      const began = rig.time;
      for (let n = 0; n < 20; n++) await write(`text ${n}`);
      await run();
      expect(left).to.have.length(20);
      expect(20 / ((rig.time - began) / 1000)).to.be.within(9.5, 10.5);
    });

    it('keep their order within a conversation', async () => {
      const first = await write('first');
      const { conversationId } =
        (await store.messages.findOne({ _id: first })) ?? expect.fail('it was written');
      await write('second', { conversationId, outstanding: conversationId, sequence: 2 });
      await write('third', { conversationId, outstanding: conversationId, sequence: 3 });
      await run();
      expect(texts()).to.deep.equal(['first', 'second', 'third']);
    });

    it('keep the order of a conversation’s notices among themselves, too', async () => {
      const first = await write('first', { notice: true });
      const { conversationId } =
        (await store.messages.findOne({ _id: first })) ?? expect.fail('it was written');
      const outstanding = `notices:${conversationId}`;
      await write('second', { notice: true, conversationId, outstanding, sequence: 2 });
      await write('third', { notice: true, conversationId, outstanding, sequence: 3 });
      const answer = rig.answer;
      rig.answer = () => {
        rig.answer = answer;
        return { outcome: 'rate_limited', code: '10019', retryAfter: null };
      };
      await run();
      expect(texts()).to.deep.equal(['first', 'first', 'second', 'third']);
    });

    it('do not have a notice of their conversation wait once the last of them has left', async () => {
      const first = await write('first', { nextAt: rig.time + 100 });
      const { conversationId } =
        (await store.messages.findOne({ _id: first })) ?? expect.fail('it was written');
      const outstanding = `notices:${conversationId}`;
      await write('notice', { notice: true, conversationId, outstanding, sequence: 3 });
      await write('second', { conversationId, outstanding: conversationId, sequence: 2 });
      const began = rig.time;
      await run();
      expect(texts()).to.deep.equal(['first', 'second', 'notice']);
      expect(left.at(-1)?.at).to.be.below(began + 1_000);
    });

    it('leave a notice of their conversation alone that waits for the morning', async () => {
      const morning = rig.time + 3_600_000;
      const notice = await write('notice', { notice: true, noticeAt: morning, sequence: 2 });
      const { conversationId } =
        (await store.messages.findOne({ _id: notice })) ?? expect.fail('it was written');
      await write('answer', { conversationId, outstanding: conversationId });
      await run(rig.time + 1_000);
      expect(texts()).to.deep.equal(['answer']);
      expect(await store.messages.findOne({ _id: notice })).to.include({ noticeAt: morning });
    });

    it('wait for as long as TeleSign asks for, all of the account', async () => {
      const answer = rig.answer;
      rig.answer = () => {
        rig.answer = answer;
        return { outcome: 'rate_limited', code: '10019', retryAfter: 3_000 };
      };
      const began = rig.time;
      for (let n = 0; n < 5; n++) await write(`text ${n}`);
      await run();
      expect(new Set(texts()).size).to.equal(5);
      expect(left).to.have.length(6);
      // What had its moment already leaves; all that comes later waits.
      expect(left.filter(({ at }) => at > began + 300 && at < began + 3_000)).to.deep.equal([]);
    });

    it('wait while TeleSign is away, are not tried meanwhile, and leave once it answers', async () => {
      limits = [];
      back = false;
      rig.answer = () => ({ outcome: 'unknown', reason: 'http_503' });
      for (let n = 0; n < FAILURES; n++) await write(`lost ${n}`);
      await run(rig.time);
      expect(left).to.have.length(FAILURES);
      const id = await write('kept');
      await run(rig.time + 4 * FIRST_PAUSE);
      expect(left).to.have.length(FAILURES);
      expect(await store.messages.findOne({ _id: id })).to.include({ status: 'queued', attempts: 0 });
      back = true;
      rig.answer = () => ({ outcome: 'accepted', referenceId: 'R', code: 290, description: '' });
      await run(rig.time + 60_000);
      expect(texts().slice(FAILURES)).to.deep.equal(['kept']);
      const lost = await store.messages.find({ problem: 'unknown' }, { sort: { problem: 1 } }).toArray();
      expect(lost, 'what may have left is never sent again').to.have.length(FAILURES);
    });

    it('that nobody asked for wait for the end of quiet hours, and answers of the same conversation do not', async () => {
      const morning = rig.time + 3_600_000;
      allowed = (at) => Math.max(at, morning);
      const id = await write('survey', { notice: true, author: { kind: 'bot' } });
      const { conversationId } = (await store.messages.findOne({ _id: id })) ?? expect.fail('it was written');
      await write('answer', { conversationId, outstanding: conversationId, sequence: 2 });
      await run(rig.time + 60_000);
      expect(texts()).to.deep.equal(['answer']);
      allowed = (at) => at;
      await run();
      expect(texts()).to.deep.equal(['answer', 'survey']);
      expect(left.at(-1)?.at).to.be.within(morning, morning + 200);
    });

    it('that the service says by itself are dropped when the conversation has gone on meanwhile', async () => {
      const morning = rig.time + 3_600_000;
      allowed = (at) => Math.max(at, morning);
      const id = await write('survey', { notice: true, author: { kind: 'system' } });
      await run(rig.time + 60_000);
      const { conversationId } = (await store.messages.findOne({ _id: id })) ?? expect.fail('it was written');
      await store.conversations.updateOne({ _id: conversationId }, { $set: { lastMessageAt: rig.time } });
      allowed = (at) => at;
      await run();
      expect(texts()).to.deep.equal([]);
      expect(await store.messages.findOne({ _id: id })).to.deep.include({ status: 'dropped' });
    });

    it('do not wait for moments that a process had booked which is gone', async () => {
      for (let n = 0; n < 100; n++) await write(`text ${n}`);
      await Promise.all((await dueOf()).map(({ _id }) => sendOut(processes[0] ?? rig.outbox, _id)));
      await takeUp(store, rig.time);
      const began = rig.time;
      const before = left.length;
      await run();
      expect(left).to.have.length(100);
      expect((100 - before) / ((rig.time - began) / 1000)).to.be.within(19, 21);
    });
  });
}

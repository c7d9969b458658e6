import { expect } from 'chai';
import type { TurnActivity } from '../../src/bot-turn.ts';
import { applyReceipt } from '../../src/conversations/receipts.ts';
import type { SendResult } from '../../src/conversations/send-outcome.ts';
import { leftUntold, tellUndelivered } from '../../src/conversations/undelivered.ts';
import type { Store } from '../../src/store/documents.ts';
import { anAgent } from '../store/documents.ts';
import { ANA, anAnswer, CONVERSATION, createRig, handsOver, type Rig } from '../support/conversations.ts';
import { aQueue } from '../support/queues.ts';
import { ENGINES } from '../support/stores.ts';

for (const [engine, open] of ENGINES) {
  describe(`a text that has not reached the customer, on ${engine}`, () => {
    let store: Store;
    let dispose: () => Promise<void>;
    let rig: Rig;
    let heard: TurnActivity[];
    /** Ids of texts that have failed, as the outbox tells them. */
    let failed: string[];

    beforeEach(async () => {
      ({ store, dispose } = await open());
      const queue = aQueue();
      await store.queues.insertOne(queue);
      await store.agents.insertOne(anAgent({ _id: 'ana', queues: ['support'] }));
      rig = createRig(store);
      heard = [];
      failed = [];
      rig.outbox.undelivered = (messageId) => failed.push(messageId);
      rig.bot = async ({ activity }) => {
        if (activity.type === 'event') heard.push(activity);
        return anAnswer({ texts: activity.type === 'message' ? ['Hello'] : [] });
      };
      await rig.textIn('hi');
      await rig.turn();
      await rig.send();
    });
    afterEach(() => dispose());

    const tell = (messageId: string, botWants = true) =>
      tellUndelivered(store, messageId, { botWants, now: rig.time });

    /** TeleSign's report that the last text to the customer has failed. */
    async function fails(): Promise<string | null> {
      const last = (await rig.transcript()).findLast(({ direction }) => direction === 'out');
      return reportFailure(last?._id ?? '');
    }

    async function reportFailure(externalId: string): Promise<string | null> {
      const about = { channelId: 'default', externalId, providerId: 'REF', code: '240', description: 'No.' };
      await applyReceipt(store, { ...about, status: 'failed', rank: 3 }, rig.time);
      return tell(externalId);
    }

    /** The next text to the customer, as TeleSign takes it. */
    async function answered(answer: SendResult): Promise<void> {
      rig.answer = () => answer;
      await rig.textIn('hi again');
      await rig.turn();
      await rig.send();
    }

    const REFUSED = { outcome: 'rejected', code: '11000', description: 'No.', retryable: false } as const;

    it('is told to the bot, once, however often TeleSign reports it', async () => {
      expect(await fails()).to.equal(CONVERSATION);
      await fails();
      await rig.turn();
      expect(heard).to.have.length(1);
      expect(heard[0]).to.deep.include({
        name: 'undelivered',
        value: { messageId: 'out:in:REF0:0', code: '240' },
      });
      expect((await rig.conversation()).events).to.deep.equal([]);
    });

    it('is not told once a person has the conversation, nor after its session', async () => {
      await rig.desk.claim(CONVERSATION, ANA);
      expect(await fails()).to.equal(null);
      await rig.desk.close(CONVERSATION, ANA, { key: 'k' });
      rig.bot = handsOver();
      await rig.textIn('a person');
      await rig.turn();
      expect(await fails()).to.equal(null);
      expect(heard).to.deep.equal([]);
    });

    it('is told when TeleSign refuses it for good', async () => {
      await answered(REFUSED);
      expect(failed).to.deep.equal(['out:in:REF2:0']);
      expect(await tell('out:in:REF2:0')).to.equal(CONVERSATION);
      await rig.turn();
      expect(heard).to.have.length(1);
      expect(heard[0]).to.deep.include({ value: { messageId: 'out:in:REF2:0', code: '11000' } });
    });

    it('is told when it has been tried for the last time, not before', async () => {
      await answered({ ...REFUSED, retryable: true });
      for (let attempts = 1; attempts < 12; attempts += 1) {
        expect(failed).to.deep.equal([]);
        rig.time += 600_000;
        await rig.send();
      }
      expect(failed).to.deep.equal(['out:in:REF2:0']);
    });

    it('is not told while nobody knows whether it has reached them', async () => {
      await answered({ outcome: 'unknown', reason: 'timeout' });
      expect(failed).to.deep.equal([]);
      rig.time += 60_000;
      expect(await leftUntold(store, rig.time, 10)).to.deep.equal([]);
    });

    it('is not told to a bot that does not want to know', async () => {
      await answered(REFUSED);
      expect(await tell('out:in:REF2:0', false)).to.equal(null);
      expect((await rig.conversation()).events).to.deep.equal([]);
      rig.time += 60_000;
      expect(await leftUntold(store, rig.time, 10)).to.deep.equal([]);
    });

    it('is told by somebody else when the process dies before it does, once', async () => {
      await answered(REFUSED);
      expect(await leftUntold(store, rig.time, 10)).to.deep.equal([]);
      rig.time += 10_000;
      expect(await leftUntold(store, rig.time, 10)).to.deep.equal(failed);
      const [id = ''] = failed;
      await tell(id);
      // It dies before it notes that it has told.
      await store.messages.updateOne({ _id: id }, { $set: { untoldAt: rig.time } });
      await rig.turn();
      expect(await tell(id)).to.equal(null);
      await rig.turn();
      expect(heard).to.have.length(1);
      rig.time += 10_000;
      expect(await leftUntold(store, rig.time, 10)).to.deep.equal([]);
    });

    it('of an agent is not told to the bot', async () => {
      await rig.desk.claim(CONVERSATION, ANA);
      await rig.desk.reply(CONVERSATION, ANA, { text: 'Hello', key: 'r' });
      await rig.send();
      await rig.desk.return(CONVERSATION, ANA, { key: 'k' });
      expect(await fails()).to.equal(null);
    });

    it('of an agent who wrote first leaves the customer unanswered since then', async () => {
      await rig.desk.claim(CONVERSATION, ANA);
      await rig.desk.reply(CONVERSATION, ANA, { text: 'Hello', key: 'r' });
      const { repliedAt } = await rig.conversation();
      await rig.send();
      rig.time += 60_000;
      await fails();
      expect((await rig.conversation()).unansweredSince).to.equal(repliedAt);
    });

    describe('of an agent', () => {
      let askedAt: number;

      beforeEach(async () => {
        await rig.desk.claim(CONVERSATION, ANA);
        rig.time += 60_000;
        await rig.textIn('are you there?');
        askedAt = rig.time;
        await rig.turn();
        rig.time += 60_000;
        await reply('Yes');
      });

      async function reply(text: string) {
        const replied = await rig.desk.reply(CONVERSATION, ANA, { text, key: text });
        await rig.send();
        return replied;
      }

      it('leaves the customer somebody whom nobody has answered, since they wrote', async () => {
        expect(await rig.conversation()).not.to.have.property('unansweredSince');
        expect(await fails()).to.equal(CONVERSATION);
        expect((await rig.conversation()).unansweredSince).to.equal(askedAt);
      });

      it('has nobody closed for their silence', async () => {
        rig.set({ times: { remind: 300, closeReminded: 300 } });
        await fails();
        for (let n = 0; n < 20; n += 1) {
          rig.time += 60_000;
          await rig.turn();
        }
        expect((await rig.conversation()).state).to.equal('active');
        expect((await rig.transcript()).filter(({ author }) => author.kind === 'system')).to.deep.equal([]);
      });

      it('is no reason to owe a first response again', async () => {
        rig.set({ times: { firstResponse: 180 } });
        await fails();
        rig.time += 600_000;
        await rig.turn();
        expect((await rig.conversation()).state).to.equal('active');
      });

      it('is no reason to owe one to who has taken it up again', async () => {
        rig.set({ times: { firstResponse: 180 } });
        await rig.desk.wait(CONVERSATION, ANA);
        rig.time += 1000;
        await rig.desk.resume(CONVERSATION, ANA);
        await fails();
        rig.time += 600_000;
        await rig.turn();
        expect((await rig.conversation()).state).to.equal('active');
      });

      it('gives the customer back their place in the line, where it waits in one by now', async () => {
        const sam = { id: 'sam', role: 'supervisor' as const, queues: [] };
        await rig.desk.transfer(CONVERSATION, sam, { queueId: 'support', key: 't' });
        expect((await rig.conversation()).turnAt).to.be.greaterThan(askedAt);
        await fails();
        expect((await rig.conversation()).turnAt).to.equal(askedAt);
      });

      it('says nothing once another answer has left after it', async () => {
        const [first] = await reply('First');
        rig.time += 1000;
        await reply('Second');
        expect(await reportFailure(first?._id ?? '')).to.equal(null);
        expect(await rig.conversation()).not.to.have.property('unansweredSince');
      });

      it('leaves them unanswered where all that was said in a row has failed', async () => {
        const first = (await rig.transcript()).find(({ author }) => author.kind === 'agent');
        rig.time += 1000;
        await reply('Really');
        await reportFailure(first?._id ?? '');
        await fails();
        expect((await rig.conversation()).unansweredSince).to.equal(askedAt);
      });

      it('leaves them unanswered where one of its parts has failed', async () => {
        const part = (await rig.transcript()).findLast(({ author }) => author.kind === 'agent');
        if (!part) return expect.fail('no answer');
        const second = {
          ...part,
          _id: `${part._id}:second`,
          sequence: part.sequence + 1,
          status: 'sent',
        } as const;
        await store.messages.insertOne(second);
        expect(await reportFailure(part._id)).to.equal(CONVERSATION);
        expect((await rig.conversation()).unansweredSince).to.equal(askedAt);
      });

      it('says so also where the last is reported before the first', async () => {
        const first = (await rig.transcript()).find(({ author }) => author.kind === 'agent');
        rig.time += 86_400_000;
        await reply('Really');
        await fails();
        await reportFailure(first?._id ?? '');
        expect((await rig.conversation()).unansweredSince).to.equal(askedAt);
        expect(await tell(first?._id ?? ''), 'once').to.equal(null);
      });

      it('leaves them unanswered since then where what was said before it has left', async () => {
        rig.time += 86_400_000;
        const [followUp] = await reply('And besides');
        rig.time += 60_000;
        await fails();
        expect((await rig.conversation()).unansweredSince).to.equal(followUp?.at);
      });

      it('owes them a first response where they have written since, and it is taken up again', async () => {
        rig.set({ times: { firstResponse: 180 } });
        await fails();
        rig.time += 60_000;
        await rig.textIn('another question');
        await rig.turn();
        await rig.desk.wait(CONVERSATION, ANA);
        rig.time += 1000;
        await rig.desk.resume(CONVERSATION, ANA);
        rig.time += 600_000;
        await rig.turn();
        expect((await rig.conversation()).state).to.equal('open');
      });

      it('is told also while its agent notes down what it was about', async () => {
        await rig.desk.end(CONVERSATION, ANA);
        expect(await fails()).to.equal(CONVERSATION);
        expect((await rig.conversation()).unansweredSince).to.equal(askedAt);
      });

      it('is not answered by a resending once they have asked again', async () => {
        await fails();
        const lost = (await rig.transcript()).findLast(({ author }) => author.kind === 'agent');
        rig.time += 60_000;
        await rig.textIn('another question');
        await rig.turn();
        rig.time += 1000;
        await rig.desk.resend(lost?._id ?? '', ANA);
        expect((await rig.conversation()).unansweredSince).to.equal(askedAt);
      });

      describe('whose customer says STOP', () => {
        const stop = () =>
          rig.optouts.say(
            { number: '15550109999', customer: '15550100001' },
            { cause: 'test', at: rig.time, state: 'out', source: 'agent' },
          );

        it('has not answered them where it is held before it leaves', async () => {
          rig.time += 1000;
          await rig.textIn('hello?');
          const at = rig.time;
          await rig.turn();
          rig.time += 1000;
          const [held] = await rig.desk.reply(CONVERSATION, ANA, { text: 'Sorry', key: 'held' });
          await stop();
          await rig.send();
          expect(failed).to.deep.equal([held?._id]);
          expect(await tell(held?._id ?? '')).to.equal(CONVERSATION);
          expect((await rig.conversation()).unansweredSince).to.equal(at);
        });

        it('is closed for their silence, since nobody can answer them', async () => {
          rig.set({ times: { remind: 300, closeReminded: 300 } });
          rig.time += 1000;
          const [held] = await rig.desk.reply(CONVERSATION, ANA, { text: 'Sorry', key: 'held' });
          await rig.textIn('STOP', 'stop');
          await rig.turn();
          await rig.send();
          await tell(held?._id ?? '');
          const { unansweredSince, optedOutAt } = await rig.conversation();
          expect([unansweredSince, optedOutAt]).to.not.include(undefined);
          for (let n = 0; n < 11; n += 1) {
            rig.time += 60_000;
            await rig.turn();
          }
          expect((await rig.conversation()).state).to.equal('closed');
        });

        it('has not answered them by its resending', async () => {
          await fails();
          const lost = (await rig.transcript()).findLast(({ author }) => author.kind === 'agent');
          rig.time += 1000;
          await stop();
          const again = await rig.desk.resend(lost?._id ?? '', ANA);
          expect(again.status).to.equal('held');
          expect((await rig.conversation()).unansweredSince).to.equal(askedAt);
        });
      });

      it('is answered by its resending', async () => {
        await fails();
        const lost = (await rig.transcript()).findLast(({ author }) => author.kind === 'agent');
        rig.time += 1000;
        await rig.desk.resend(lost?._id ?? '', ANA);
        expect(await rig.conversation()).not.to.have.property('unansweredSince');
        await rig.send();
        expect(await fails()).to.equal(CONVERSATION);
        expect((await rig.conversation()).unansweredSince).to.equal(askedAt);
      });

      it('is not answered by resending what was meant for an earlier question', async () => {
        await fails();
        const lost = (await rig.transcript()).findLast(({ author }) => author.kind === 'agent');
        rig.time += 1000;
        await reply('Second');
        rig.time += 1000;
        await rig.textIn('and another thing?');
        await rig.turn();
        await rig.desk.resend(lost?._id ?? '', ANA);
        expect((await rig.conversation()).unansweredSince).to.equal(rig.time);
      });

      it('also where an agent says that one of unknown outcome has failed', async () => {
        rig.time += 1000;
        await rig.textIn('hello?');
        await rig.turn();
        rig.answer = () => ({ outcome: 'unknown', reason: 'timeout' });
        rig.time += 1000;
        const [unknown] = await reply('Sorry');
        await rig.desk.settle(unknown?._id ?? '', ANA, 'failed');
        rig.time += 10_000;
        expect(await leftUntold(store, rig.time, 10)).to.deep.equal([unknown?._id]);
      });
    });
  });
}

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
      rig.outbox.undelivered = { wanted: () => true, failed: (messageId) => failed.push(messageId) };
      rig.bot = async ({ activity }) => {
        if (activity.type === 'event') heard.push(activity);
        return anAnswer({ texts: activity.type === 'message' ? ['Hello'] : [] });
      };
      await rig.textIn('hi');
      await rig.turn();
      await rig.send();
    });
    afterEach(() => dispose());

    /** TeleSign's report that the last text to the customer has failed. */
    async function fails(): Promise<string | null> {
      const last = (await rig.transcript()).findLast(({ direction }) => direction === 'out');
      const externalId = last?._id ?? '';
      const about = { channelId: 'default', externalId, providerId: 'REF', code: '240', description: 'No.' };
      const report = { ...about, status: 'failed', rank: 3 } as const;
      await applyReceipt(store, report, rig.time, { tellsBot: true });
      return tellUndelivered(store, externalId, rig.time);
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
      expect(await tellUndelivered(store, 'out:in:REF2:0', rig.time)).to.equal(CONVERSATION);
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

    it('is not told while nobody knows whether it has reached them, nor to a bot that does not want to know', async () => {
      await answered({ outcome: 'unknown', reason: 'timeout' });
      rig.outbox.undelivered = { wanted: () => false, failed: (messageId) => failed.push(messageId) };
      await answered(REFUSED);
      expect(failed).to.deep.equal([]);
      rig.time += 60_000;
      expect(await leftUntold(store, rig.time, 10)).to.deep.equal([]);
    });

    it('is told by somebody else when the process dies before it does, once', async () => {
      await answered(REFUSED);
      expect(await leftUntold(store, rig.time, 10)).to.deep.equal([]);
      rig.time += 10_000;
      expect(await leftUntold(store, rig.time, 10)).to.deep.equal(failed);
      const [id = ''] = failed;
      await tellUndelivered(store, id, rig.time);
      // It dies before it notes that it has told.
      await store.messages.updateOne({ _id: id }, { $set: { untoldAt: rig.time } });
      await rig.turn();
      expect(await tellUndelivered(store, id, rig.time)).to.equal(null);
      await rig.turn();
      expect(heard).to.have.length(1);
      rig.time += 10_000;
      expect(await leftUntold(store, rig.time, 10)).to.deep.equal([]);
    });

    it('of an agent is not told', async () => {
      await rig.desk.claim(CONVERSATION, ANA);
      await rig.desk.reply(CONVERSATION, ANA, { text: 'Hello', key: 'r' });
      await rig.send();
      await rig.desk.return(CONVERSATION, ANA, { key: 'k' });
      expect(await fails()).to.equal(null);
    });
  });
}

import { expect } from 'chai';
import { createDesk } from '../../src/conversations/desk.ts';
import { applyReceipt } from '../../src/conversations/receipts.ts';
import type { Actor } from '../../src/conversations/rights.ts';
import type { SendResult } from '../../src/conversations/send-outcome.ts';
import type { MessageDoc, Store } from '../../src/store/documents.ts';
import {
  anAnswer,
  automatedText,
  CONVERSATION,
  createRig,
  type Rig,
  SETTINGS,
} from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { aQueue } from '../support/queues.ts';
import { refusal } from '../support/rejection.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

const ana: Actor = { id: 'ana', role: 'agent', queues: ['support'] };
const ben: Actor = { id: 'ben', role: 'agent', queues: ['support'] };
const boss: Actor = { id: 'boss', role: 'supervisor', queues: [] };

const NEVER: SendResult = {
  outcome: 'rejected',
  code: '11000',
  description: 'Bad number.',
  retryable: false,
};
const LOST: SendResult = { outcome: 'unknown', reason: 'timeout' };

describe('dead letters', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;
  let works: Rig['answer'];

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    rig = createRig(store);
    works = rig.answer;
    await rig.handOver();
    await rig.send();
    await rig.desk.claim(CONVERSATION, ana);
    rig.sent.length = 0;
  });
  afterEach(() => dispose());

  /** A reply of the owner that has come to this. Answers its id. */
  async function aReply(answer: SendResult): Promise<string> {
    const [reply] = await rig.desk.reply(CONVERSATION, ana, { text: 'Hello', key: 'k1' });
    rig.answer = () => answer;
    await rig.send();
    rig.answer = works;
    rig.sent.length = 0;
    return reply?._id ?? expect.fail('the reply has a part');
  }
  async function message(id: string): Promise<MessageDoc> {
    const found = await store.messages.findOne({ _id: id });
    return found ?? expect.fail('there is no such message');
  }
  const listed = async () =>
    (await store.messages.find({ problem: { $gte: '' } } as never, { sort: { problem: 1 } }).toArray()).map(
      ({ _id }) => _id,
    );

  describe('sent again', () => {
    it('leave as a new message of the same text and author, last in the conversation', async () => {
      const failed = await aReply(NEVER);
      await rig.desk.reply(CONVERSATION, ana, { text: 'Are you there?', key: 'k2' });
      const again = await rig.desk.resend(failed, ana);
      expect(again).to.deep.include({
        text: 'Hello',
        author: { kind: 'agent', id: 'ana' },
        status: 'queued',
      });
      expect(again._id).to.not.equal(failed);
      await rig.send();
      expect(rig.texts()).to.deep.equal(['Are you there?', 'Hello']);
      expect((await message(again._id)).status).to.equal('sent');
    });

    it('are out of the list, and stay failed in the transcript', async () => {
      const failed = await aReply(NEVER);
      expect(await listed()).to.deep.equal([failed]);
      rig.time += 10;
      await rig.desk.resend(failed, ana);
      expect(await listed()).to.deep.equal([]);
      expect(await message(failed)).to.include({ status: 'failed', changedAt: rig.time });
    });

    it('leave once, however many ask', async () => {
      const failed = await aReply(NEVER);
      const asked = await Promise.all(
        [ana, boss, ana, boss, ana].map((actor) => rig.desk.resend(failed, actor)),
      );
      const later = await rig.desk.resend(failed, boss);
      expect(new Set([...asked, later].map(({ _id }) => _id))).to.have.property('size', 1);
      await rig.send();
      expect(rig.texts()).to.deep.equal(['Hello']);
    });

    it('leave once after a crash at any point', async () => {
      const failed = await aReply(NEVER);
      for (let death = 1; ; death++) {
        let points = 0;
        const dying = crashingStore(store, { crashes: () => ++points === death });
        const desk = createDesk({
          store: dying,
          settings: SETTINGS,
          automatedText,
          now: () => rig.time,
          split: (text) => [{ text, segments: 1 }],
          queued: () => {},
          due: () => {},
          rejected: async () => {},
        });
        const end = await desk.resend(failed, ana).catch((error: unknown) => error);
        if (!(end instanceof Crash)) break;
      }
      await rig.turn();
      await rig.send();
      expect(rig.texts()).to.deep.equal(['Hello']);
      expect(await listed()).to.deep.equal([]);
    });

    it('may fail again, and be sent again then', async () => {
      const failed = await aReply(NEVER);
      const second = await rig.desk.resend(failed, ana);
      rig.answer = () => NEVER;
      await rig.send();
      expect(await listed()).to.deep.equal([second._id]);
      rig.answer = works;
      const third = await rig.desk.resend(second._id, ana);
      expect(new Set([failed, second._id, third._id])).to.have.property('size', 3);
      await rig.send();
      expect((await message(third._id)).status).to.equal('sent');
    });

    it('keep ids that TeleSign takes, however often they fail', async () => {
      let id = await aReply(NEVER);
      for (let n = 0; n < 5; n++) {
        ({ _id: id } = await rig.desk.resend(id, ana));
        expect(id).to.match(/^[ -~]{1,100}$/);
        rig.answer = () => NEVER;
        await rig.send();
      }
    });

    it('must have failed: nothing that may have arrived leaves again', async () => {
      const unknown = await aReply(LOST);
      expect(await refusal(rig.desk.resend(unknown, boss))).to.deep.include({
        code: 'wrong_message_status',
        details: { messageStatus: 'unknown' },
      });
      await rig.send();
      expect(rig.texts()).to.deep.equal([]);
    });

    it('are refused when a receipt has said meanwhile that the text arrived', async () => {
      const failed = await aReply(NEVER);
      const receipt = {
        channelId: 'default',
        externalId: failed,
        providerId: 'P',
        code: '200',
        description: 'Delivered.',
      };
      await applyReceipt(store, { ...receipt, status: 'delivered', rank: 4 }, rig.time);
      expect(await refusal(rig.desk.resend(failed, boss))).to.include({ code: 'wrong_message_status' });
    });

    it('are refused to agents who do not own the conversation, and are a supervisor’s too', async () => {
      const failed = await aReply(NEVER);
      expect(await refusal(rig.desk.resend(failed, ben))).to.include({ code: 'not_owner' });
      expect(await listed()).to.deep.equal([failed]);
      await rig.desk.resend(failed, boss);
    });

    it('are unknown when there is no such message', async () => {
      expect(await refusal(rig.desk.resend('out:no:such', boss))).to.include({ code: 'not_found' });
    });
  });

  describe('of a conversation that their author has left', () => {
    const echo = () => {
      rig.bot = async ({ activity }) =>
        anAnswer({ texts: activity.type === 'message' ? [`echo ${activity.text}`] : [] });
    };
    beforeEach(() => rig.addQueues(aQueue('support')));
    const close = (actor: Actor) => rig.desk.close(CONVERSATION, actor, { key: `close by ${actor.id}` });
    const standing = async () => {
      const { state, handler, session, agentId, stretches, repliedAt } = await rig.conversation();
      return { state, handler, session, agentId, stretches, repliedAt };
    };
    /** The text leaves, and nothing else comes of it. */
    async function leavesAgain(failed: string, actor: Actor): Promise<void> {
      const before = await standing();
      rig.sent.length = 0;
      rig.time += 60_000;
      await rig.desk.resend(failed, actor);
      await rig.turn();
      await rig.send();
      expect(rig.texts()).to.deep.equal(['Hello']);
      expect(await standing()).to.deep.equal(before);
      expect(await listed()).to.deep.equal([]);
    }

    for (const [whose, actor] of [
      ['their author', ana],
      ['a supervisor', boss],
    ] as const) {
      it(`leave again for ${whose} once it is closed, which it stays`, async () => {
        const failed = await aReply(NEVER);
        await close(ana);
        await leavesAgain(failed, actor);
        expect(await rig.conversation()).to.include({ state: 'closed' });
      });

      it(`leave again for ${whose} in the next session, which the bot keeps`, async () => {
        const failed = await aReply(NEVER);
        await close(ana);
        echo();
        expect(await rig.says('one more thing')).to.deep.equal(['echo one more thing']);
        await leavesAgain(failed, actor);
        expect(await rig.conversation()).to.include({ handler: 'bot', session: 2 });
      });
    }

    it('leave again for their author once the bot has it back', async () => {
      const failed = await aReply(NEVER);
      echo();
      await rig.desk.return(CONVERSATION, ana, { key: 'back' });
      await rig.work();
      await leavesAgain(failed, ana);
    });

    it('are settled by their author', async () => {
      const unknown = await aReply(LOST);
      await close(ana);
      expect(await rig.desk.settle(unknown, ana, 'sent')).to.include({ status: 'sent' });
    });

    it('are refused to who has not written them', async () => {
      const failed = await aReply(NEVER);
      await close(ana);
      expect(await refusal(rig.desk.resend(failed, ben))).to.include({ code: 'wrong_state' });
    });

    it('are refused to their author while it waits in a queue', async () => {
      const failed = await aReply(NEVER);
      await rig.desk.transfer(CONVERSATION, boss, { queueId: 'support', key: 'on' });
      expect(await refusal(rig.desk.resend(failed, ana))).to.include({ code: 'not_owner' });
    });

    it('are refused to their author once a colleague has it, or has had it', async () => {
      const failed = await aReply(NEVER);
      await rig.desk.transfer(CONVERSATION, boss, { queueId: 'support', key: 'on' });
      await rig.desk.claim(CONVERSATION, ben);
      expect(await refusal(rig.desk.resend(failed, ana))).to.include({ code: 'not_owner' });
      await close(ben);
      expect(await refusal(rig.desk.resend(failed, ana))).to.include({ code: 'wrong_state' });
      echo();
      await rig.says('one more thing');
      expect(await refusal(rig.desk.resend(failed, ana))).to.include({ code: 'not_owner' });
      expect(await listed()).to.deep.equal([failed]);
    });
  });

  describe('settled', () => {
    it('as sent, are out of the list, with no error left', async () => {
      const unknown = await aReply(LOST);
      rig.time += 10;
      const settled = await rig.desk.settle(unknown, ana, 'sent');
      expect(settled).to.include({ _id: unknown, status: 'sent', changedAt: rig.time });
      expect(settled).to.not.have.any.keys('problem', 'error');
      expect(await listed()).to.deep.equal([]);
      await rig.send();
      expect(rig.texts()).to.deep.equal([]);
    });

    it('as failed, can be sent again', async () => {
      const unknown = await aReply(LOST);
      expect(await rig.desk.settle(unknown, ana, 'failed')).to.include({
        status: 'failed',
        problem: 'failed',
      });
      await rig.desk.resend(unknown, ana);
      await rig.send();
      expect(rig.texts()).to.deep.equal(['Hello']);
    });

    it('have one who settled them', async () => {
      const unknown = await aReply(LOST);
      const ends = await Promise.allSettled([
        rig.desk.settle(unknown, ana, 'sent'),
        rig.desk.settle(unknown, boss, 'failed'),
      ]);
      expect(ends.map(({ status }) => status)).to.have.members(['fulfilled', 'rejected']);
    });

    it('must be unknown', async () => {
      const failed = await aReply(NEVER);
      expect(await refusal(rig.desk.settle(failed, boss, 'sent'))).to.deep.include({
        code: 'wrong_message_status',
        details: { messageStatus: 'failed' },
      });
    });

    it('still move forward by a receipt', async () => {
      const unknown = await aReply(LOST);
      await rig.desk.settle(unknown, ana, 'failed');
      const receipt = {
        channelId: 'default',
        externalId: unknown,
        providerId: 'P',
        code: '200',
        description: 'Delivered.',
      };
      await applyReceipt(store, { ...receipt, status: 'delivered', rank: 4 }, rig.time);
      expect((await message(unknown)).status).to.equal('delivered');
      expect(await listed()).to.deep.equal([]);
    });

    it('are refused to agents who do not own the conversation', async () => {
      const unknown = await aReply(LOST);
      expect(await refusal(rig.desk.settle(unknown, ben, 'sent'))).to.include({ code: 'not_owner' });
      expect((await message(unknown)).status).to.equal('unknown');
    });

    it('are unknown when there is no such message', async () => {
      expect(await refusal(rig.desk.settle('out:no:such', boss, 'sent'))).to.include({ code: 'not_found' });
    });
  });
});

import { expect } from 'chai';
import { backOff, SEND_LEASE, sendOut } from '../../src/conversations/outbox.ts';
import { applyReceipt } from '../../src/conversations/receipts.ts';
import type { MessageDoc, Store } from '../../src/store/documents.ts';
import { anAnswer, CONVERSATION, createRig, type Rig } from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

const ANA = { id: 'ana', role: 'agent', queues: ['support'] } as const;
const ana = { ...ANA, queues: [...ANA.queues] };

describe('the outbox', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    rig = createRig(store);
    rig.bot = async () => anAnswer({ texts: ['one', 'two', 'three'] });
    await rig.textIn('hello');
    await rig.turn();
  });
  afterEach(() => dispose());

  const outgoing = async (): Promise<MessageDoc[]> =>
    (await rig.transcript()).filter(({ direction }) => direction === 'out');
  const statuses = async () => (await outgoing()).map(({ status }) => status);
  const texts = () => rig.sent.map(({ text }) => text);

  it('sends the parts of a turn in their order', async () => {
    await rig.send();
    expect(texts()).to.deep.equal(['one', 'two', 'three']);
    expect(await statuses()).to.deep.equal(['sent', 'sent', 'sent']);
  });

  it('sends a part only when the one before it is done, whichever is tried first', async () => {
    await store.messages.updateOne({ _id: 'out:in:REF0:2' }, { $set: { nextAt: rig.time } });
    await sendOut(rig.outbox, 'out:in:REF0:2');
    expect(texts()).to.deep.equal([]);
    await rig.send();
    expect(texts()).to.deep.equal(['one', 'two', 'three']);
  });

  it('names the message to TeleSign by its own id, in ASCII of at most 100 characters', async () => {
    await rig.send();
    expect(rig.sent[0]?.externalId)
      .to.match(/^[ -~]{1,100}$/)
      .and.to.equal('out:in:REF0:0');
  });

  it('tries again later when TeleSign is at its limit, and keeps the order meanwhile', async () => {
    let calls = 0;
    rig.answer = ({ externalId }) => {
      calls++;
      return calls === 1
        ? { outcome: 'rate_limited', code: '10019', retryAfter: null }
        : { outcome: 'accepted', referenceId: externalId, code: 290, description: '' };
    };
    await rig.send();
    expect(texts()).to.deep.equal(['one']);
    expect(await statuses()).to.deep.equal(['queued', 'queued', 'queued']);
    rig.time += 999;
    await rig.send();
    expect(texts()).to.deep.equal(['one']);
    rig.time += 1;
    await rig.send();
    expect(texts()).to.deep.equal(['one', 'one', 'two', 'three']);
  });

  it('backs off by twice the time after each attempt, with jitter and an end', async () => {
    expect([1, 2, 3, 4].map((attempt) => backOff(attempt, 1))).to.deep.equal([1000, 2000, 4000, 8000]);
    expect(backOff(1, 0)).to.equal(500);
    expect(backOff(50, 1)).to.equal(300_000);
  });

  it('gives a message up at last and goes on with the next', async () => {
    rig.answer = ({ text, externalId }) =>
      text === 'one'
        ? { outcome: 'rejected', code: 'not_reachable', description: 'No connection.', retryable: true }
        : { outcome: 'accepted', referenceId: externalId, code: 290, description: '' };
    for (let n = 0; n < 12; n++) {
      await rig.send();
      rig.time += 300_000;
    }
    expect(texts().filter((text) => text === 'one')).to.have.length(12);
    expect(texts().slice(-2)).to.deep.equal(['two', 'three']);
    expect((await outgoing())[0]).to.deep.include({
      status: 'failed',
      problem: 'failed',
      error: { code: 'not_reachable', message: 'No connection.' },
    });
  });

  it('fails at once what TeleSign will never take', async () => {
    rig.answer = () => ({ outcome: 'rejected', code: '11000', description: 'Bad number.', retryable: false });
    await rig.send();
    expect(texts()).to.deep.equal(['one', 'two', 'three']);
    expect(await statuses()).to.deep.equal(['failed', 'failed', 'failed']);
  });

  it('never sends again what may have been sent', async () => {
    rig.answer = () => ({ outcome: 'unknown', reason: 'timeout' });
    await rig.send();
    rig.time += 10 * SEND_LEASE;
    await rig.send();
    expect(texts()).to.deep.equal(['one', 'two', 'three']);
    expect(await statuses()).to.deep.equal(['unknown', 'unknown', 'unknown']);
  });

  it('calls a send unknown whose process died in it', async () => {
    const dying = crashingStore(store, { crashes: (point) => point === 'messages.updateOne before' });
    const death = await sendOut({ ...rig.outbox, store: dying }, 'out:in:REF0:0').catch(
      (error: unknown) => error,
    );
    expect(death).to.be.instanceOf(Crash);
    rig.time += SEND_LEASE;
    await rig.send();
    expect(texts()).to.deep.equal(['one', 'two', 'three']);
    expect(await statuses()).to.deep.equal(['unknown', 'sent', 'sent']);
  });

  it('drops what the bot still has in flight when a person took over, and sends what that person writes', async () => {
    await rig.desk.claim(CONVERSATION, ana);
    await rig.desk.reply(CONVERSATION, ana, { text: 'Ana here', key: 'k1' });
    await rig.send();
    expect(texts()).to.deep.equal(['Ana here']);
    expect(await statuses()).to.deep.equal(['dropped', 'dropped', 'dropped', 'sent']);
  });

  describe('with receipts', () => {
    const receipt = {
      externalId: 'out:in:REF0:0',
      providerId: 'REF',
      code: '200',
      description: 'Delivered.',
    };
    const delivered = { ...receipt, status: 'delivered', rank: 4 } as const;
    const gateway = { ...receipt, status: 'sent', rank: 2 } as const;

    it('moves a message forward only, whatever order they come in', async () => {
      await rig.send();
      expect(await applyReceipt(store, delivered, rig.time)).to.equal(true);
      expect(await applyReceipt(store, gateway, rig.time)).to.equal(false);
      expect((await statuses())[0]).to.equal('delivered');
    });

    it('believes a receipt that overtakes the answer to the send', async () => {
      rig.answer = async ({ externalId, text }) => {
        if (text === 'one') await applyReceipt(store, delivered, rig.time);
        return { outcome: 'accepted', referenceId: externalId, code: 290, description: '' };
      };
      await rig.send();
      expect(await statuses()).to.deep.equal(['delivered', 'sent', 'sent']);
    });

    it('settles what was unknown', async () => {
      rig.answer = () => ({ outcome: 'unknown', reason: 'timeout' });
      await rig.send();
      await applyReceipt(store, delivered, rig.time);
      const [first] = await outgoing();
      expect(first).to.include({ status: 'delivered' });
      expect(first).to.not.have.property('problem');
    });

    it('lets an unknown id pass', async () => {
      expect(await applyReceipt(store, { ...delivered, externalId: 'out:no:such' }, rig.time)).to.equal(
        false,
      );
    });
  });
});

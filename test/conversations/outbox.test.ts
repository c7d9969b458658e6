import { expect } from 'chai';
import { stub } from 'sinon';
import { SEND_LEASE, SEND_TIMEOUT, sendOut, type Unsent } from '../../src/conversations/outbox.ts';
import { backOff } from '../../src/conversations/send-outcome.ts';
import type { MessageDoc, Store } from '../../src/store/documents.ts';
import { ANA, anAnswer, CONVERSATION, createRig, type Rig } from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { rejection } from '../support/rejection.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

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

  it('sends the parts of a turn in their order', async () => {
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one', 'two', 'three']);
    expect(await statuses()).to.deep.equal(['sent', 'sent', 'sent']);
  });

  it('sends a part only when the one before it is done, whichever is tried first', async () => {
    await store.messages.updateOne({ _id: 'out:in:REF0:2' }, { $set: { nextAt: rig.time } });
    await sendOut(rig.outbox, 'out:in:REF0:2');
    expect(rig.texts()).to.deep.equal([]);
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one', 'two', 'three']);
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
    expect(rig.texts()).to.deep.equal(['one']);
    expect(await statuses()).to.deep.equal(['queued', 'queued', 'queued']);
    rig.time += 999;
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one']);
    rig.time += 1;
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one', 'one', 'two', 'three']);
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
    expect(rig.texts().filter((text) => text === 'one')).to.have.length(12);
    expect(rig.texts().slice(-2)).to.deep.equal(['two', 'three']);
    expect((await outgoing())[0]).to.deep.include({
      status: 'failed',
      problem: 'failed',
      error: { code: 'not_reachable', message: 'No connection.' },
    });
  });

  it('fails at once what TeleSign will never take', async () => {
    rig.answer = () => ({ outcome: 'rejected', code: '11000', description: 'Bad number.', retryable: false });
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one', 'two', 'three']);
    expect(await statuses()).to.deep.equal(['failed', 'failed', 'failed']);
  });

  it('never sends again what may have been sent', async () => {
    rig.answer = () => ({ outcome: 'unknown', reason: 'timeout' });
    await rig.send();
    rig.time += 10 * SEND_LEASE;
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one', 'two', 'three']);
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
    expect(rig.texts()).to.deep.equal(['one', 'two', 'three']);
    expect(await statuses()).to.deep.equal(['unknown', 'sent', 'sent']);
  });

  it('drops what the bot still has in flight when a person took over, and sends what that person writes', async () => {
    await rig.desk.claim(CONVERSATION, ANA);
    await rig.desk.reply(CONVERSATION, ANA, { text: 'Ana here', key: 'k1' });
    await rig.send();
    expect(rig.texts()).to.deep.equal(['Ana here']);
    expect(await statuses()).to.deep.equal(['dropped', 'dropped', 'dropped', 'sent']);
  });

  describe('whose next part was looked at while the one before it ended', () => {
    /** Ends the send of the first part just after a look has found it to be still in the way of the second. */
    function firstEndsAfterTheLook(): void {
      const findOne = store.messages.findOne.bind(store.messages);
      let looked = false;
      stub(store.messages, 'findOne').callsFake(async (filter, options) => {
        const found = await findOne(filter, options);
        if (!looked && 'outstanding' in filter) {
          looked = true;
          await sendOut(rig.outbox, 'out:in:REF0:0');
        }
        return found;
      });
    }

    it('sends that one at once, also when all happens in one millisecond', async () => {
      firstEndsAfterTheLook();
      await sendOut(rig.outbox, 'out:in:REF0:1');
      expect(rig.texts()).to.deep.equal(['one', 'two']);
      await rig.send();
      expect(rig.texts()).to.deep.equal(['one', 'two', 'three']);
    });

    it('sends that one at once when its time had been another', async () => {
      rig.time += 1;
      firstEndsAfterTheLook();
      await sendOut(rig.outbox, 'out:in:REF0:1');
      await rig.send();
      expect(rig.texts()).to.deep.equal(['one', 'two', 'three']);
    });
  });

  it('looks again after seconds at a part whose turn nobody told of', async () => {
    await sendOut(rig.outbox, 'out:in:REF0:1');
    const dying = crashingStore(store, { crashes: (point) => point === 'messages.updateOne after' });
    await sendOut({ ...rig.outbox, store: dying }, 'out:in:REF0:0').catch(() => {});
    rig.time += 4_999;
    await sendOut(rig.outbox, 'out:in:REF0:1');
    expect(rig.texts()).to.deep.equal(['one']);
    rig.time += 1;
    await sendOut(rig.outbox, 'out:in:REF0:1');
    expect(rig.texts()).to.deep.equal(['one', 'two']);
  });

  it('tells of the part that may go now, and of what became of each', async () => {
    const queued: string[] = [];
    const ends: string[] = [];
    const outbox = {
      ...rig.outbox,
      queued: (ids: string[]) => queued.push(...ids),
      sent: ({ status, duration }: { status: string; duration: number }) =>
        ends.push(`${status} ${duration}`),
    };
    rig.answer = ({ externalId }) => {
      rig.time += 40;
      return { outcome: 'accepted', referenceId: externalId, code: 290, description: '' };
    };
    await sendOut(outbox, 'out:in:REF0:0');
    expect(queued).to.deep.equal(['out:in:REF0:1']);
    await sendOut(outbox, 'out:in:REF0:1');
    await sendOut(outbox, 'out:in:REF0:2');
    expect(queued).to.deep.equal(['out:in:REF0:1', 'out:in:REF0:2']);
    expect(ends).to.deep.equal(['sent 40', 'sent 40', 'sent 40']);
  });

  it('claims nothing that a look shows to be done, though the look was for what is due', async () => {
    await sendOut(rig.outbox, 'out:in:REF0:0');
    const [done] = await outgoing();
    stub(store.messages, 'findOne').resolves(done ?? null);
    await sendOut(rig.outbox, 'out:in:REF0:0');
    expect(rig.texts()).to.deep.equal(['one']);
    expect((await statuses())[0]).to.equal('sent');
  });

  it('leaves a send under way alone, though the look was for what is due', async () => {
    const claim = { status: 'sending', attempts: 1, nextAt: rig.time + SEND_LEASE } as const;
    await store.messages.updateOne({ _id: 'out:in:REF0:0' }, { $set: claim });
    const [underWay] = await outgoing();
    stub(store.messages, 'findOne').resolves(underWay ?? null);
    await sendOut(rig.outbox, 'out:in:REF0:0');
    expect((await outgoing())[0]).to.include(claim);
  });

  describe('whose claim takes long', () => {
    /** Claims, and has the process held up by so many milliseconds before anything else is done. */
    function heldUp(by: number): Promise<void> {
      const late = crashingStore(store, {
        crashes: () => false,
        wrote: (_collection, method) => {
          if (method === 'findOneAndUpdate') rig.time += by;
        },
      });
      return sendOut({ ...rig.outbox, store: late }, 'out:in:REF0:0');
    }

    it('sends while the send is sure to end before the claim does', async () => {
      await heldUp(SEND_LEASE - SEND_TIMEOUT - 1);
      expect(rig.texts()).to.deep.equal(['one']);
    });

    it('begins no send that could outlast the claim, and sends with a new claim at the next look', async () => {
      await heldUp(SEND_LEASE - SEND_TIMEOUT);
      expect(rig.texts()).to.deep.equal([]);
      expect((await outgoing())[0]).to.include({ status: 'queued', nextAt: rig.time, attempts: 1 });
      await rig.send();
      expect(rig.texts()).to.deep.equal(['one', 'two', 'three']);
      expect(await statuses()).to.deep.equal(['sent', 'sent', 'sent']);
    });

    it('leaves alone what another process has called unknown meanwhile', async () => {
      const slow = {
        ...store,
        durable: async () => {
          rig.time += SEND_LEASE;
          await sendOut(rig.outbox, 'out:in:REF0:0');
        },
      };
      await sendOut({ ...rig.outbox, store: slow }, 'out:in:REF0:0');
      expect(rig.texts()).to.deep.equal([]);
      expect((await outgoing())[0]).to.include({ status: 'unknown', problem: 'unknown' });
    });
  });

  describe('whose store fails between the claim and the send', () => {
    for (const [what, failing] of [
      ['does not take the claim', () => stub(store, 'durable')],
      ['does not find the conversation', () => stub(store.conversations, 'findOne')],
    ] as const) {
      it(`queues the message again when called again, and sends it, as when it ${what}`, async () => {
        const unsent: Unsent = new Map();
        const failure = failing().rejects(new Error('no answer'));
        const error = await rejection(sendOut(rig.outbox, 'out:in:REF0:0', unsent));
        failure.restore();
        expect(error).to.include({ message: 'no answer' });
        expect((await outgoing())[0]).to.include({ status: 'sending', attempts: 1 });
        rig.time += SEND_LEASE;
        await sendOut(rig.outbox, 'out:in:REF0:0', unsent);
        expect(rig.texts()).to.deep.equal(['one']);
        expect((await outgoing())[0]).to.include({ status: 'sent', attempts: 2 });
        expect(unsent).to.have.property('size', 0);
      });
    }

    it('leaves alone what another process has called unknown meanwhile', async () => {
      const unsent: Unsent = new Map();
      const failure = stub(store, 'durable').rejects(new Error('no answer'));
      await rejection(sendOut(rig.outbox, 'out:in:REF0:0', unsent));
      failure.restore();
      rig.time += SEND_LEASE;
      await sendOut(rig.outbox, 'out:in:REF0:0');
      await sendOut(rig.outbox, 'out:in:REF0:0', unsent);
      expect(rig.texts()).to.deep.equal([]);
      expect((await statuses())[0]).to.equal('unknown');
    });
  });
});

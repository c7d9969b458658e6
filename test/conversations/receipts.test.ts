import { expect } from 'chai';
import fc from 'fast-check';
import { SEND_LEASE, sendOut } from '../../src/conversations/outbox.ts';
import { applyReceipt, type Receipt } from '../../src/conversations/receipts.ts';
import type { MessageDoc, Store } from '../../src/store/documents.ts';
import { anAnswer, createRig, type Rig } from '../support/conversations.ts';
import { crashingStore } from '../support/crashing-store.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

const ONE = 'out:in:REF0:0';
const TWO = 'out:in:REF0:1';

function aReceipt(status: Receipt['status'], rank: number): Receipt {
  return {
    channelId: 'default',
    externalId: ONE,
    providerId: 'REF',
    status,
    rank,
    code: String(rank),
    description: `Rank ${rank}.`,
  };
}
const progress = aReceipt('sent', 1);
const gateway = aReceipt('sent', 2);
const failed = aReceipt('failed', 3);
const delivered = aReceipt('delivered', 4);

describe('a receipt', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    rig = createRig(store);
    rig.bot = async () => anAnswer({ texts: ['one', 'two'] });
    await rig.textIn('hello');
    await rig.turn();
  });
  afterEach(() => dispose());

  const receipt = async (report: Receipt) => (await applyReceipt(store, report, rig.time)).moved;
  async function message(id = ONE): Promise<MessageDoc> {
    const found = await store.messages.findOne({ _id: id });
    return found ?? expect.fail('there is no such message');
  }
  const dies = () =>
    sendOut(
      {
        ...rig.outbox,
        store: crashingStore(store, { crashes: (point) => point === 'messages.updateOne before' }),
      },
      ONE,
    ).catch(() => {});

  it('moves its message forward, and says so', async () => {
    await rig.send();
    rig.time += 700;
    expect(await receipt(delivered)).to.equal(true);
    expect(await message()).to.include({
      status: 'delivered',
      rank: 4,
      providerId: 'REF',
      changedAt: rig.time,
    });
  });

  it('changes nothing that a later one has told, whatever order they come in', async () => {
    await rig.send();
    expect(await receipt(delivered)).to.equal(true);
    const known = await message();
    rig.time += 1;
    for (const late of [progress, gateway, failed, delivered]) expect(await receipt(late)).to.equal(false);
    expect(await message()).to.deep.equal(known);
  });

  it('leaves the same message, in whatever order and however often all of them come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(progress, gateway, failed, delivered), { minLength: 1, maxLength: 8 }),
        async (reports) => {
          await store.messages.updateOne(
            { _id: ONE },
            {
              $set: { status: 'sent', rank: 0 },
              $unset: { nextAt: true, outstanding: true, problem: true, error: true },
            },
          );
          for (const report of reports) await receipt(report);
          const furthest = reports.reduce((best, report) => (report.rank > best.rank ? report : best));
          const { status, rank, problem } = await message();
          expect({ status, rank, problem }).to.deep.equal({
            status: furthest.status,
            rank: furthest.rank,
            problem: furthest.status === 'failed' ? 'failed' : undefined,
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('makes a dead letter of what was not delivered, with the reason', async () => {
    await rig.send();
    await receipt(failed);
    expect(await message()).to.deep.include({
      status: 'failed',
      problem: 'failed',
      error: { code: '3', message: 'Rank 3.' },
    });
  });

  it('takes from the dead letters what was delivered after all', async () => {
    await rig.send();
    await receipt(failed);
    await receipt(delivered);
    const { status, problem, error } = await message();
    expect({ status, problem, error }).to.deep.equal({
      status: 'delivered',
      problem: undefined,
      error: undefined,
    });
  });

  it('settles what was unknown', async () => {
    rig.answer = () => ({ outcome: 'unknown', reason: 'timeout' });
    await rig.send();
    expect(await message()).to.include({ status: 'unknown', problem: 'unknown' });
    await receipt(delivered);
    const { status, problem } = await message();
    expect({ status, problem }).to.deep.equal({ status: 'delivered', problem: undefined });
  });

  it('is believed when it overtakes the answer to the send', async () => {
    rig.answer = async ({ externalId, text }) => {
      if (text === 'one') await receipt(delivered);
      return { outcome: 'accepted', referenceId: externalId, code: 290, description: '' };
    };
    await rig.send();
    expect((await message()).status).to.equal('delivered');
    expect((await message(TWO)).status).to.equal('sent');
  });

  it('lets the next part go when the process of the send has died', async () => {
    await dies();
    await sendOut(rig.outbox, TWO);
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one']);
    expect(await applyReceipt(store, gateway, rig.time)).to.deep.equal({ moved: true, released: TWO });
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one', 'two']);
    rig.time += SEND_LEASE;
    await rig.send();
    expect((await message()).status).to.equal('sent');
  });

  it('lets the next part go when the send was about to be tried again', async () => {
    rig.answer = () => ({ outcome: 'rejected', code: '10033', description: 'Busy.', retryable: true });
    await rig.send();
    await receipt(delivered);
    rig.answer = ({ externalId }) => ({
      outcome: 'accepted',
      referenceId: externalId,
      code: 290,
      description: '',
    });
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one', 'two']);
  });

  it('does not shorten the wait of a next part that TeleSign has put off', async () => {
    let limited = true;
    rig.answer = ({ externalId, text }) =>
      text === 'two' && limited
        ? { outcome: 'rate_limited', code: '10019', retryAfter: 60_000 }
        : { outcome: 'accepted', referenceId: externalId, code: 290, description: '' };
    await rig.send();
    expect(await applyReceipt(store, delivered, rig.time)).to.deep.equal({ moved: true, released: null });
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one', 'two']);
    limited = false;
    rig.time += 60_000;
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one', 'two', 'two']);
  });

  it('nor does the end of the send that it overtook', async () => {
    rig.answer = async ({ externalId, text }) => {
      if (text === 'two') return { outcome: 'rate_limited', code: '10019', retryAfter: 60_000 };
      await receipt(gateway);
      await sendOut(rig.outbox, TWO);
      return { outcome: 'accepted', referenceId: externalId, code: 290, description: '' };
    };
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one', 'two']);
    expect((await message(TWO)).nextAt).to.equal(rig.time + 60_000);
  });

  it('lets an unknown id pass, and an id of a text that came in', async () => {
    expect(await receipt({ ...delivered, externalId: 'out:no:such' })).to.equal(false);
    expect(await receipt({ ...delivered, externalId: 'in:REF0' })).to.equal(false);
    expect((await message('in:REF0')).status).to.equal('handled');
  });

  it('is on disk when it resolves, also when it changed nothing', async () => {
    let durable = 0;
    const seen = { messages: store.messages, durable: async () => void durable++ };
    await applyReceipt(seen, delivered, rig.time);
    await applyReceipt(seen, delivered, rig.time);
    expect(durable).to.equal(2);
  });
});

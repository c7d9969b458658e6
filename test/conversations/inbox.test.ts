import { expect } from 'chai';
import { type InboundText, receive } from '../../src/conversations/inbox.ts';
import type { Store } from '../../src/store/documents.ts';
import { CONVERSATION, CUSTOMER, createRig, NUMBER, type Rig } from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

const TEXT: InboundText = {
  referenceId: 'REF1',
  from: CUSTOMER,
  to: NUMBER,
  text: 'hello',
  segments: 1,
  provider: { country: 'US' },
};

describe('the inbox', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    rig = createRig(store);
  });
  afterEach(() => dispose());

  const takeIn = (text: Partial<InboundText> = {}, seen: Store = store) =>
    receive(seen, 'default', { ...TEXT, ...text }, rig.time);

  it('keeps a text under the id that TeleSign gave it, with what came along', async () => {
    expect(await takeIn()).to.deep.equal({ conversationId: CONVERSATION, duplicate: false });
    expect(await store.messages.findOne({ _id: 'in:REF1' })).to.deep.include({
      conversationId: CONVERSATION,
      channelId: 'default',
      direction: 'in',
      author: { kind: 'customer' },
      text: 'hello',
      segments: 1,
      status: 'received',
      at: rig.time,
      provider: { country: 'US' },
    });
  });

  it('opens a conversation for a customer’s first text, which waits for its turn', async () => {
    await takeIn();
    expect(await rig.conversation()).to.deep.include({
      channelId: 'default',
      number: NUMBER,
      customer: CUSTOMER,
      state: 'closed',
      session: 0,
      inbox: ['in:REF1'],
      dueAt: rig.time,
      lastMessageAt: rig.time,
    });
  });

  it('puts texts in line as they arrive, whatever the clock says', async () => {
    for (const referenceId of ['REF3', 'REF1', 'REF2']) {
      rig.time -= 1000;
      await takeIn({ referenceId });
    }
    expect((await rig.conversation()).inbox).to.deep.equal(['in:REF3', 'in:REF1', 'in:REF2']);
  });

  it('leaves due at its time what was due before', async () => {
    await takeIn();
    const { dueAt } = await rig.conversation();
    rig.time += 500;
    await takeIn({ referenceId: 'REF2' });
    expect((await rig.conversation()).dueAt).to.equal(dueAt);
  });

  it('leaves the rest of a known conversation alone', async () => {
    await takeIn();
    await rig.turn();
    const before = await rig.conversation();
    rig.time += 500;
    await takeIn({ referenceId: 'REF2' });
    const { inbox, wake, dueAt, lastMessageAt, ...rest } = await rig.conversation();
    expect({ inbox, wake, dueAt, lastMessageAt }).to.deep.equal({
      inbox: ['in:REF2'],
      wake: before.wake + 1,
      dueAt: rig.time,
      lastMessageAt: rig.time,
    });
    const { inbox: _inbox, wake: _wake, dueAt: _dueAt, lastMessageAt: _at, ...was } = before;
    expect(rest).to.deep.equal(was);
  });

  it('knows a text that is delivered again, and keeps it as it was', async () => {
    await takeIn();
    rig.time += 500;
    expect(await takeIn({ text: 'hello, changed' })).to.include({ duplicate: true });
    expect(await store.messages.findOne({ _id: 'in:REF1' })).to.include({
      text: 'hello',
      at: rig.time - 500,
    });
    expect((await rig.conversation()).inbox).to.deep.equal(['in:REF1']);
  });

  it('takes one text of many deliveries at once, and none is refused', async () => {
    const taken = await Promise.all(Array.from({ length: 20 }, () => takeIn()));
    expect(taken.filter(({ duplicate }) => !duplicate)).to.have.length(1);
    expect((await rig.conversation()).inbox).to.deep.equal(['in:REF1']);
  });

  it('puts a text in line whose first delivery died between the message and the conversation', async () => {
    const dying = crashingStore(store, { crashes: (point) => point === 'conversations.updateOne before' });
    expect(await takeIn({}, dying).catch((error: unknown) => error)).to.be.instanceOf(Crash);
    expect(await store.conversations.findOne({ _id: CONVERSATION })).to.equal(null);
    expect(await takeIn()).to.include({ duplicate: true });
    expect((await rig.conversation()).inbox).to.deep.equal(['in:REF1']);
    await rig.turn();
    await rig.send();
    expect(rig.texts()).to.deep.equal(['echo hello']);
  });

  it('keeps the conversations of one customer with two numbers apart', async () => {
    await takeIn();
    expect(await takeIn({ referenceId: 'REF2', to: '15550108888' })).to.include({
      conversationId: `15550108888-${CUSTOMER}`,
    });
    expect((await rig.conversation()).inbox).to.deep.equal(['in:REF1']);
  });

  it('resolves only when the text is on disk, also one that was there already', async () => {
    const events: string[] = [];
    const seen: Store = {
      ...crashingStore(store, {
        crashes: () => false,
        wrote: (collection, method) => events.push(`${collection}.${method}`),
      }),
      durable: async () => {
        events.push('durable');
      },
    };
    await takeIn({}, seen);
    expect(events).to.deep.equal(['messages.insertOne', 'conversations.updateOne', 'durable']);
    await takeIn({}, seen);
    expect(events.at(-1)).to.equal('durable');
    expect(events.filter((event) => event === 'durable')).to.have.length(2);
  });

  it('rejects when the disk does not take it, so that TeleSign sends it again', async () => {
    const full = new Error('no space left');
    const seen: Store = { ...store, inOrder: store.inOrder.bind(store), durable: () => Promise.reject(full) };
    expect(await takeIn({}, seen).catch((error: unknown) => error)).to.equal(full);
  });

  it('tries again when another process opened the conversation at the same moment', async () => {
    let raced = false;
    const seen = crashingStore(store, { crashes: () => false });
    const { updateOne } = seen.conversations;
    seen.conversations.updateOne = async (...args) => {
      if (!raced) {
        raced = true;
        await takeIn({ referenceId: 'REF0' });
        throw Object.assign(new Error('E11000 duplicate key'), { code: 11000 });
      }
      return updateOne(...args);
    };
    await takeIn({}, seen);
    expect((await rig.conversation()).inbox).to.deep.equal(['in:REF0', 'in:REF1']);
  });
});

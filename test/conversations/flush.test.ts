import { expect } from 'chai';
import { noteMessage, outgoingMessages } from '../../src/conversations/compose.ts';
import { copyPending, flush } from '../../src/conversations/flush.ts';
import { endedSession } from '../../src/conversations/session.ts';
import { move } from '../../src/conversations/state.ts';
import { LEASE } from '../../src/conversations/turn.ts';
import type { ConversationDoc, MessageDoc, Store } from '../../src/store/documents.ts';
import { DEFAULT_SETTINGS } from '../../src/store/workstream.ts';
import { aConversation, CONVERSATION, createRig, type Rig } from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

const NOW = 1_800_000_000_000;
const split = (text: string) => [{ text, segments: 1 }];

/** A conversation as a crash between its commit and its flush leaves it. */
function committed(): ConversationDoc {
  const conversation = aConversation({ _id: CONVERSATION, session: 2, handled: ['in:REF1'] });
  const author = { kind: 'bot' } as const;
  return {
    ...conversation,
    pending: [
      ...outgoingMessages(conversation, { cause: 'in:REF1', author, texts: ['one', 'two'] }, split, NOW),
      noteMessage(conversation, { cause: 'n1', author: { kind: 'agent', id: 'ana' }, text: 'a note' }, NOW),
    ],
    endedSessions: [endedSession(conversation, CLOSING, { outcome: 'resolved', closedBy: author }, NOW)],
  };
}

const decided = move({ state: 'active', handler: 'bot' }, 'bot_ended', NOW);
const CLOSING = decided.allowed ? decided : expect.fail(decided.reason);

const ONE = 'out:in:REF1:0';
const TWO = 'out:in:REF1:1';

describe('a flush', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;
  let conversation: ConversationDoc;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    rig = createRig(store);
    await rig.textIn('hello', 'REF1');
    await store.conversations.deleteOne({ _id: CONVERSATION });
    conversation = committed();
    await store.conversations.insertOne(conversation);
  });
  afterEach(() => dispose());

  const message = (_id: string) => store.messages.findOne({ _id });
  async function copied(): Promise<unknown> {
    const messages = await rig.transcript();
    return {
      messages: messages.map(({ _id, status, session }) => `${_id} ${status} ${session}`).sort(),
      sessions: await store.sessions.find({ conversationId: CONVERSATION }).toArray(),
    };
  }
  const ALL = ['in:REF1 handled 2', 'note:n1 noted 2', `${ONE} queued 2`, `${TWO} queued 2`];

  it('copies what was committed: messages to send, notes, the text that was handled, the session that ended', async () => {
    await flush(rig.turns, conversation);
    expect(await copied()).to.deep.equal({ messages: ALL, sessions: conversation.endedSessions });
  });

  it('makes outgoing messages due, and nothing else', async () => {
    rig.time = NOW + 5;
    await flush(rig.turns, conversation);
    expect(await message(ONE)).to.include({ nextAt: NOW + 5, outstanding: CONVERSATION });
    expect(await message('note:n1')).to.not.have.any.keys('nextAt', 'outstanding');
  });

  it('tells of the first new message only: the end of its send makes the next one due', async () => {
    expect((await flush(rig.turns, conversation)).sendable).to.deep.equal([ONE]);
  });

  it('clears the conversation of what it has copied', async () => {
    await flush(rig.turns, conversation);
    expect(await rig.conversation()).to.deep.include({ pending: [], handled: [], endedSessions: [] });
  });

  describe('of a conversation in which nothing waits', () => {
    const CLOSES = NOW + (DEFAULT_SETTINGS.times.closeActive ?? 0) * 1000;

    beforeEach(async () => {
      rig.time = NOW;
      conversation = { ...committed(), lastMessageAt: NOW, dueAt: NOW, attempts: 1 };
      await store.conversations.deleteOne({ _id: CONVERSATION });
      await store.conversations.insertOne(conversation);
    });

    it('has it rest until its next timer: no worker need look at it for that', async () => {
      expect((await flush(rig.turns, conversation)).rests).to.equal(true);
      expect(await copied()).to.deep.equal({ messages: ALL, sessions: conversation.endedSessions });
      expect(await rig.conversation()).to.deep.include({
        ...{ pending: [], handled: [], endedSessions: [], touched: [] },
        ...{ dueAt: CLOSES, attempts: 0 },
      });
    });

    for (const [what, changed] of [
      ['a text came in', { $push: { inbox: 'in:REF2' }, $inc: { wake: 1 } }],
      ['something was committed', { $push: { handled: 'in:REF2' }, $inc: { version: 1 } }],
      ['a worker took it', { $set: { leaseId: 'L', leaseUntil: NOW + LEASE } }],
    ] as const) {
      it(`leaves it due when ${what} meanwhile, and takes out only what it has copied`, async () => {
        await store.conversations.updateOne({ _id: CONVERSATION }, changed);
        const meanwhile = await rig.conversation();
        expect((await flush(rig.turns, conversation)).rests).to.equal(false);
        const handled = meanwhile.handled.filter((id) => id !== 'in:REF1');
        expect(await rig.conversation()).to.deep.equal({
          ...meanwhile,
          ...{ pending: [], endedSessions: [], handled },
        });
      });
    }

    for (const [what, waits] of [
      ['a text', { inbox: ['in:REF2'] }],
      ['an event', { events: [{ id: 'e', name: 'returned', at: NOW, value: '{}' }] }],
      ['a timer', { lastMessageAt: 0 }],
    ] as const satisfies [string, Partial<ConversationDoc>][]) {
      it(`leaves one due where ${what} waits`, async () => {
        await store.conversations.updateOne({ _id: CONVERSATION }, { $set: waits });
        const found = await rig.conversation();
        expect((await flush(rig.turns, found)).rests).to.equal(false);
        expect((await rig.conversation()).dueAt).to.equal(NOW);
      });
    }
  });

  it('leaves what was committed meanwhile', async () => {
    const [late] = outgoingMessages(
      { ...conversation, lastSequence: 2 },
      { cause: 'k1', author: { kind: 'agent', id: 'ana' }, texts: ['late'] },
      split,
      NOW,
    );
    if (!late) expect.fail('it has a text');
    await store.conversations.updateOne(
      { _id: CONVERSATION },
      {
        $push: {
          pending: late,
          handled: 'in:REF2',
          endedSessions: { ...(conversation.endedSessions[0] ?? expect.fail()), _id: `${CONVERSATION}:3` },
        },
      },
    );
    await flush(rig.turns, conversation);
    const { pending, handled, endedSessions } = await rig.conversation();
    expect(pending.map(({ _id }) => _id)).to.deep.equal([late._id]);
    expect(handled).to.deep.equal(['in:REF2']);
    expect(endedSessions.map(({ _id }) => _id)).to.deep.equal([`${CONVERSATION}:3`]);
    expect(await message(late._id)).to.equal(null);
  });

  it('may be repeated at any time, and tells of nothing then', async () => {
    await flush(rig.turns, conversation);
    const sent: Partial<MessageDoc> = { status: 'sent', attempts: 1, providerId: 'P' };
    await store.messages.updateOne({ _id: ONE }, { $set: sent, $unset: { nextAt: true, outstanding: true } });
    expect((await flush(rig.turns, conversation)).sendable).to.deep.equal([]);
    expect(await message(ONE))
      .to.include(sent)
      .and.to.not.have.any.keys('nextAt', 'outstanding');
    expect((await message(TWO))?.nextAt).to.equal(rig.time);
  });

  it('tells of the first that a flush which died had not copied', async () => {
    let inserts = 0;
    const dying = crashingStore(store, {
      crashes: (point) => point === 'messages.insertOne before' && ++inserts === 2,
    });
    expect(
      await flush({ ...rig.turns, store: dying }, conversation).catch((error: unknown) => error),
    ).to.be.instanceOf(Crash);
    expect((await flush(rig.turns, conversation)).sendable).to.deep.equal([TWO]);
  });

  it('is whole after one that died at any point', async () => {
    for (let death = 1; ; death++) {
      let points = 0;
      const dying = crashingStore(store, { crashes: () => ++points === death });
      const died = await flush({ ...rig.turns, store: dying }, conversation).catch((error: unknown) => error);
      if (!(died instanceof Crash)) {
        // Two messages, a note, the handled text, the session, the clearing: each before and after.
        expect(death).to.equal(13);
        return;
      }
      await flush(rig.turns, conversation);
      expect(await copied(), `death at point ${death}`).to.deep.equal({
        messages: ALL,
        sessions: conversation.endedSessions,
      });
      for (const _id of [ONE, TWO, 'note:n1']) await store.messages.deleteOne({ _id });
      await store.messages.updateOne({ _id: 'in:REF1' }, { $set: { status: 'received', session: 0 } });
      for (const { _id } of conversation.endedSessions) await store.sessions.deleteOne({ _id });
      const { pending, handled, endedSessions } = conversation;
      await store.conversations.updateOne(
        { _id: CONVERSATION },
        { $set: { pending, handled, endedSessions } },
      );
    }
  });

  it('copies messages in their order, and only then lets the conversation go', async () => {
    const order: string[] = [];
    const seen = crashingStore(store, {
      crashes: () => false,
      wrote: (collection, _method, [first]) => order.push(`${collection} ${(first as { _id: string })._id}`),
    });
    await copyPending({ ...rig.turns, store: seen }, conversation, [async () => order.push('finish')]);
    expect(order).to.deep.equal([
      `messages ${ONE}`,
      `messages ${TWO}`,
      'messages note:n1',
      'messages in:REF1',
      `sessions ${CONVERSATION}:2`,
      'finish',
    ]);
  });

  it('writes nothing when there is nothing to copy', async () => {
    const idle = aConversation({ _id: CONVERSATION });
    const seen = { ...store, inOrder: () => expect.fail('it wrote') };
    expect(await copyPending({ ...rig.turns, store: seen }, idle, [])).to.deep.equal([]);
  });

  it('rejects with what the store throws, and has not cleared anything', async () => {
    const broken = crashingStore(store, { crashes: (point) => point === 'sessions.insertOne before' });
    expect(
      await flush({ ...rig.turns, store: broken }, conversation).catch((error: unknown) => error),
    ).to.be.instanceOf(Crash);
    expect((await rig.conversation()).pending).to.have.length(3);
  });
});

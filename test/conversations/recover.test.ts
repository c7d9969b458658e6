import { expect } from 'chai';
import { SEND_LEASE, sendOut } from '../../src/conversations/outbox.ts';
import { takeUp } from '../../src/conversations/recover.ts';
import { LEASE, workOff } from '../../src/conversations/turn.ts';
import type { Store } from '../../src/store/documents.ts';
import {
  aConversation,
  anAnswer,
  CONVERSATION,
  createRig,
  handsOver,
  type Rig,
} from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { aQueue } from '../support/queues.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

describe('what a process left behind when it died', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    rig = createRig(store);
    rig.bot = async () => anAnswer({ texts: ['one', 'two'] });
    await rig.textIn('hello');
  });
  afterEach(() => dispose());

  async function dies(point: string, work: (dying: Store) => Promise<unknown>): Promise<void> {
    const death = await work(crashingStore(store, { crashes: (at) => at === point })).catch(
      (error: unknown) => error,
    );
    expect(death).to.be.instanceOf(Crash);
  }

  it('is a turn that was under way: it is done at once, not when its lease runs out', async () => {
    await dies('messages.findOne before', (dying) => workOff({ ...rig.turns, store: dying }, CONVERSATION));
    await rig.turn();
    await rig.send();
    expect(rig.texts()).to.deep.equal([]);
    await takeUp(store, rig.time);
    await rig.turn();
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one', 'two']);
  });

  it('is a turn that was committed: its answers leave at once, and it is not done again', async () => {
    await dies('messages.insertOne before', (dying) => workOff({ ...rig.turns, store: dying }, CONVERSATION));
    rig.bot = async () => expect.fail('the bot was asked');
    await takeUp(store, rig.time);
    await rig.turn();
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one', 'two']);
    expect(rig.botErrors).to.deep.equal([]);
  });

  it('is a send that was under way: it is called unknown at once, and the next part leaves', async () => {
    await rig.turn();
    await dies('messages.updateOne before', (dying) =>
      sendOut({ ...rig.outbox, store: dying }, 'out:in:REF0:0'),
    );
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one']);
    await takeUp(store, rig.time);
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one', 'two']);
    const statuses = (await rig.transcript()).map(({ status }) => status);
    expect(statuses).to.deep.equal(['handled', 'unknown', 'sent']);
  });

  it('is a part that waits for its turn: it leaves as soon as the one before it has, whichever is tried first', async () => {
    await rig.turn();
    await sendOut(rig.outbox, 'out:in:REF0:1');
    await dies('messages.updateOne before', (dying) =>
      sendOut({ ...rig.outbox, store: dying }, 'out:in:REF0:0'),
    );
    rig.time += 1;
    await takeUp(store, rig.time);
    await Promise.all(['out:in:REF0:1', 'out:in:REF0:0'].map((id) => sendOut(rig.outbox, id)));
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one', 'two']);
  });

  it('is a message that waits for another attempt: it is tried at once', async () => {
    rig.answer = () => ({ outcome: 'rate_limited', code: '10019', retryAfter: SEND_LEASE });
    await rig.turn();
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one']);
    await takeUp(store, rig.time);
    await rig.send();
    expect(rig.texts()).to.deep.equal(['one', 'one']);
  });

  it('is not a timer, which keeps its time', async () => {
    await store.queues.insertOne(aQueue());
    rig.bot = handsOver('support', 600_000);
    await rig.turn();
    const before = await rig.conversation();
    await takeUp(store, rig.time);
    await rig.turn();
    expect(await rig.conversation()).to.deep.equal(before);
  });

  it('is all taken up, however much there is', async () => {
    const many = Array.from({ length: 1200 }, (_, n) => n);
    await store.inOrder(
      many.flatMap((n) => [
        () =>
          store.conversations.insertOne(
            aConversation({ _id: `c${n}`, dueAt: n % 7, leaseId: 'dead', leaseUntil: rig.time + LEASE }),
          ),
        () =>
          store.messages.insertOne({
            _id: `out:c${n}:0`,
            conversationId: `c${n}`,
            outstanding: `c${n}`,
            channelId: 'default',
            session: 1,
            direction: 'out',
            author: { kind: 'bot' },
            text: 'hello',
            at: 0,
            sequence: 1,
            status: 'sending',
            segments: 1,
            changedAt: 0,
            attempts: 1,
            nextAt: rig.time + 1 + (n % 7),
          }),
      ]),
    );
    await takeUp(store, rig.time);
    expect(
      await store.conversations.find({ dueAt: { $gte: 0 }, leaseUntil: { $gt: 0 } }).toArray(),
    ).to.deep.equal([]);
    expect(await store.messages.find({ nextAt: { $gt: rig.time } }).toArray()).to.deep.equal([]);
  });
});

import { expect } from 'chai';
import type { ConversationDoc, QueueDoc, Store } from '../../src/store/documents.ts';
import type { Hours, OverflowAction, OverflowRule } from '../../src/store/queue.ts';
import { aConversation, anAnswer, CONVERSATION, createRig, handsOver } from '../support/conversations.ts';
import { aQueue, rule } from '../support/queues.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

const NEVER_OPEN: Hours = { timeZone: 'UTC', week: [], holidays: [] };
/** The rig's first day. */
const HOLIDAY = { ...NEVER_OPEN, holidays: [{ date: '2027-01-15', name: 'San Mauro', open: [] }] };
const OUT_OF_HOURS = 'out_of_hours {"queue":"Sales","opens":null}';

const whenClosed = (then: OverflowAction) => rule({ is: 'closed' }, then);
const afterAMinute = (then: OverflowAction) => rule({ is: 'age', seconds: 60 }, then);
const TO_SALES = afterAMinute({ do: 'queue', queueId: 'sales' });

describe('a conversation that a rule for a long wait sends to another queue', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: ReturnType<typeof createRig>;
  /** What the bot hears by itself: what its handoff came to. */
  let heard: unknown[];

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    rig = createRig(store);
    heard = [];
    rig.turnOn('queued', 'transferred', 'position', 'out_of_hours', 'holiday', 'overflow_ended', 'call_back');
  });
  afterEach(() => dispose());

  /** It waits in `support` until its first rule is due. Answers what the customer hears then. */
  async function sentOn(...queues: QueueDoc[]): Promise<string[]> {
    await rig.addQueues(...queues);
    rig.bot = async (input) => {
      const { activity } = input;
      if (activity.type === 'message') return handsOver('support', 86_400_000)(input);
      heard.push(activity.name === 'returned' ? activity.value : activity.name);
      return anAnswer();
    };
    await rig.says('a person please');
    return later();
  }

  async function later(): Promise<string[]> {
    rig.time += 60_000;
    return rig.work();
  }

  const support = (...overflow: OverflowRule[]) => aQueue('support', { overflow });
  const decisions = ({ trace = '[]' }: ConversationDoc) => {
    const entries: { step: string; queueId: string; decision: OverflowAction }[] = JSON.parse(trace);
    return entries.filter(({ step }) => step === 'overflow').map((one) => [one.queueId, one.decision.do]);
  };

  it('is closed where that queue is closed and ends what comes then, and hears why', async () => {
    const sales = aQueue('sales', { hours: NEVER_OPEN, overflow: [whenClosed({ do: 'end' })] });
    expect(await sentOn(support(TO_SALES), sales)).to.deep.equal([OUT_OF_HOURS]);
    expect(await rig.conversation()).to.include({ state: 'closed', queueId: 'sales' });
    const session = await store.sessions.findOne({ _id: `${CONVERSATION}:1` });
    expect(session).to.include({ outcome: 'overflow', queueId: 'sales', handoffReason: 'customer_asked' });
    expect(session?.stretches.map(({ place, queueId, reason }) => [place, queueId, reason])).to.deep.equal([
      ['bot', undefined, 'customer_wrote'],
      ['open', 'support', 'handed_off'],
      ['open', 'sales', 'waited_too_long'],
      ['closed', 'sales', 'overflow'],
    ]);
  });

  it('is closed where that queue is full', async () => {
    await store.conversations.insertOne(
      aConversation({ _id: 'other', state: 'open', queueId: 'sales', queuedAt: 0, turnAt: 0 }),
    );
    const overflow = [rule({ is: 'full', waiting: 1 }, { do: 'end' })];
    const told = await sentOn(support(TO_SALES), aQueue('sales', { overflow }));
    expect(told).to.deep.equal(['overflow_ended {"queue":"Sales"}']);
    expect(await rig.conversation()).to.include({ state: 'closed' });
  });

  it('is the bot’s again where that queue says so, once', async () => {
    const sales = aQueue('sales', { hours: NEVER_OPEN, overflow: [whenClosed({ do: 'bot' })] });
    expect(await sentOn(support(TO_SALES), sales)).to.deep.equal([OUT_OF_HOURS]);
    const back = await rig.conversation();
    expect(back).to.include({ state: 'active', handler: 'bot' });
    expect(back).to.not.have.any.keys('queueId', 'queuedAt', 'untakenAt', 'handoff');
    expect(heard).to.deep.equal([{ outcome: 'overflow', answered: false }]);
    await rig.says('a person please');
    await later();
    expect(await rig.conversation()).to.include({ state: 'open', queueId: 'sales' });
    expect(heard).to.have.length(1);
  });

  it('waits there where that queue is closed and has no rule for it, and hears that nobody is in', async () => {
    const told = await sentOn(support(TO_SALES), aQueue('sales', { hours: NEVER_OPEN }));
    expect(told, 'and not that somebody answers soon').to.deep.equal([OUT_OF_HOURS]);
    expect(await rig.conversation()).to.include({ state: 'open', queueId: 'sales' });
  });

  it('hears that nobody is in, and that we write, where that queue is closed and calls back', async () => {
    rig.turnOn('out_of_hours', 'holiday', 'call_back');
    const sales = aQueue('sales', { hours: HOLIDAY, overflow: [whenClosed({ do: 'call_back' })] });
    expect(await sentOn(support(TO_SALES), sales)).to.deep.equal([
      'holiday {"queue":"Sales","opens":null,"holiday":"San Mauro"}',
      'call_back {"queue":"Sales"}',
    ]);
    expect(await rig.conversation()).to.include({ state: 'open', queueId: 'sales' });
  });

  it('hears of a holiday there by its name', async () => {
    rig.turnOn('holiday');
    const told = await sentOn(support(TO_SALES), aQueue('sales', { hours: HOLIDAY }));
    expect(told).to.deep.equal(['holiday {"queue":"Sales","opens":null,"holiday":"San Mauro"}']);
  });

  it('goes where that queue sends on to while it is closed', async () => {
    const overflow = [whenClosed({ do: 'queue', queueId: 'night' })];
    const told = await sentOn(
      support(TO_SALES),
      aQueue('sales', { hours: NEVER_OPEN, overflow }),
      aQueue('night'),
    );
    expect(told[0]).to.equal('transferred {"queue":"Night"}');
    const moved = await rig.conversation();
    expect(moved).to.include({ state: 'open', queueId: 'night', queuedAt: rig.time });
    expect(decisions(moved)).to.deep.equal([
      ['support', 'queue'],
      ['sales', 'queue'],
    ]);
  });

  it('is to be given to somebody at once where that queue says so', async () => {
    const overflow = [whenClosed({ do: 'assign' })];
    await sentOn(support(TO_SALES), aQueue('sales', { hours: NEVER_OPEN, overflow }));
    expect(await rig.conversation()).to.include({ state: 'open', queueId: 'sales', assignAnyway: true });
  });

  it('stays where it is, and hears nothing, where the way leads back; the next rule comes in its time', async () => {
    const overflow = [whenClosed({ do: 'queue', queueId: 'support' })];
    const next = rule({ is: 'age', seconds: 120 }, { do: 'call_back' });
    const began = rig.time + 1;
    const told = await sentOn(support(TO_SALES, next), aQueue('sales', { hours: NEVER_OPEN, overflow }));
    expect(told).to.deep.equal([]);
    expect(await rig.conversation()).to.include({ state: 'open', queueId: 'support', queuedAt: began });
    expect(await later()).to.deep.equal(['call_back {"queue":"Support"}']);
  });

  it('stays somewhere where closed queues send on to each other', async () => {
    const to = (queueId: string) => [whenClosed({ do: 'queue', queueId })];
    await sentOn(
      support(TO_SALES),
      aQueue('sales', { hours: NEVER_OPEN, overflow: to('night') }),
      aQueue('night', { hours: NEVER_OPEN, overflow: to('sales') }),
    );
    expect(await rig.conversation()).to.include({ state: 'open' });
    expect(decisions(await rig.conversation())).to.have.length.below(10);
  });

  it('stays where it is where that queue is gone', async () => {
    expect(await sentOn(support(TO_SALES))).to.deep.equal([]);
    expect(await rig.conversation()).to.include({ state: 'open', queueId: 'support', overflowed: 1 });
  });
});

import { expect } from 'chai';
import type { Bot, TurnActivity, TurnInput } from '../../src/bot-turn.ts';
import { type BotSideParts, botTurn } from '../../src/conversations/bot-side.ts';
import { type Changes, conversationUpdate } from '../../src/conversations/commit.ts';
import { move } from '../../src/conversations/state.ts';
import type { ConversationDoc, Store } from '../../src/store/documents.ts';
import type { Hours } from '../../src/store/queue.ts';
import {
  aConversation,
  anAnswer,
  CONVERSATION,
  CUSTOMER,
  handsOver,
  NUMBER,
  SETTINGS,
  WORKSTREAM,
} from '../support/conversations.ts';
import { aQueue } from '../support/queues.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

const NOW = 1_800_000_000_000;
const ACTIVITY: TurnActivity = { type: 'message', id: 'in:REF1', text: 'hello', at: NOW - 5 };

describe('the bot’s side of a turn', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let parts: BotSideParts;
  let conversation: ConversationDoc;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    for (const [_id, priority] of [
      ['support', 3],
      ['sales', 7],
    ] as const) {
      await store.queues.insertOne(aQueue(_id, { name: _id, priority }));
    }
    parts = {
      store,
      split: (text) => text.split('|').map((part) => ({ text: part, segments: 2 })),
      systemText: (locale, key) => `${key} in ${locale}`,
      settings: {
        ...SETTINGS,
        workstream: (number) => ({ ...WORKSTREAM, language: number === NUMBER ? 'es' : 'en' }),
      },
      now: () => NOW,
      random: () => 0,
      asksWaiting: () => false,
    };
    conversation = aConversation({
      _id: CONVERSATION,
      handler: 'bot',
      session: 2,
      lastSequence: 4,
      epoch: 1,
    });
  });
  afterEach(() => dispose());

  const turn = (bot: Bot, opening?: Changes) => botTurn(parts, conversation, bot, ACTIVITY, opening);
  const answers = (answer: Parameters<typeof anAnswer>[0], opening?: Changes) =>
    turn(async () => anAnswer(answer), opening);
  async function told(): Promise<TurnInput> {
    let input: TurnInput | undefined;
    await turn(async (given) => {
      input = given;
      return anAnswer();
    });
    return input ?? expect.fail('the bot was not asked');
  }

  it('tells the bot who writes, in which session, and what it kept last time', async () => {
    conversation.botState = '{"step":"menu"}';
    expect(await told()).to.deep.equal({
      conversation: {
        id: CONVERSATION,
        channelId: 'default',
        number: NUMBER,
        customer: CUSTOMER,
        session: 2,
        locale: 'es',
        timeZone: 'UTC',
      },
      queue: { id: 'support', isOpen: true, opens: null, holiday: null, waiting: null },
      activity: ACTIVITY,
      botState: '{"step":"menu"}',
      hidden: null,
    });
  });

  it('has no state to tell at the first turn', async () => {
    expect((await told()).botState).to.equal(null);
  });

  it('tells whether the number’s queue is open when the customer writes, else when it opens and for which holiday', async () => {
    const at = Date.UTC(2027, 0, 15, 8, 0) - 5;
    expect(ACTIVITY.at).to.equal(at);
    const hours: Hours = { timeZone: 'Europe/Madrid', week: [{ day: 5, from: 540, to: 1080 }], holidays: [] };
    const own = async (given: Hours) => {
      const queue = aQueue('support', { hours: given });
      parts.settings = { ...parts.settings, queue: (id) => (id === 'support' ? queue : undefined) };
      return (await told()).queue;
    };
    const closed = { id: 'support', isOpen: false, holiday: null, waiting: null };
    const nine = { at: at + 5, timeZone: 'Europe/Madrid' };
    expect(await own(hours)).to.deep.equal({ ...closed, opens: nine });
    expect(await own({ ...hours, week: [{ day: 5, from: 480, to: 1080 }] })).to.deep.equal({
      ...{ id: 'support', isOpen: true, opens: null, holiday: null, waiting: null },
    });
    const holidays = [{ date: '2027-01-15', name: 'San Mauro', open: [] }];
    expect(await own({ ...hours, holidays })).to.deep.equal({
      ...closed,
      opens: { at: at + 5 + 7 * 86_400_000, timeZone: 'Europe/Madrid' },
      holiday: 'San Mauro',
    });
    expect(await own({ ...hours, week: [] })).to.deep.equal({ ...closed, opens: null });
  });

  it('counts who waits in the number’s queue only for a bot that asks', async () => {
    for (const [_id, queueId, state] of [
      ['1-1', 'support', 'open'],
      ['1-2', 'support', 'open'],
      ['1-3', 'support', 'active'],
      ['1-4', 'sales', 'open'],
    ] as const) {
      await store.conversations.insertOne(aConversation({ _id, queueId, state }));
    }
    expect((await told()).queue.waiting).to.equal(null);
    parts.asksWaiting = () => true;
    expect((await told()).queue.waiting).to.equal(2);
  });

  it('speaks the language that the customer chose, else the workstream’s, never that of an earlier turn', async () => {
    conversation.locale = 'zh-TW';
    expect((await told()).conversation.locale).to.equal('es');
    conversation.chosenLocale = 'en';
    expect((await told()).conversation.locale).to.equal('en');
  });

  it('makes a message of each part of each text, after the last one, under ids that a second run makes again', async () => {
    const { changes, outcome } = await answers({ texts: ['one|two', 'three'] });
    expect(outcome).to.equal('answered');
    expect(changes.messages?.map(({ _id, text, sequence }) => [_id, text, sequence])).to.deep.equal([
      ['out:in:REF1:0', 'one', 5],
      ['out:in:REF1:1', 'two', 6],
      ['out:in:REF1:2', 'three', 7],
    ]);
    expect(changes.messages?.[0]).to.deep.include({
      author: { kind: 'bot' },
      session: 2,
      epoch: 1,
      segments: 2,
      status: 'queued',
      at: NOW,
    });
    expect((await answers({ texts: ['one|two', 'three'] })).changes).to.deep.equal(changes);
  });

  it('counts as activity of the conversation only when it says something', async () => {
    expect((await answers({ texts: ['hi'] })).changes.set).to.include({ lastMessageAt: NOW });
    expect((await answers({})).changes.set).to.not.have.property('lastMessageAt');
  });

  it('keeps the bot’s state, and drops it when the bot has none left', async () => {
    const kept = await answers({ botState: '{"n":1}' });
    expect(kept.changes.set).to.include({ botState: '{"n":1}' });
    expect(kept.changes.unset).to.not.include('botState');
    expect((await answers({ botState: null })).changes.unset).to.include('botState');
  });

  it('notes a language that the customer chose as chosen, and any other as that of this turn', async () => {
    expect((await answers({ locale: 'zh-TW' })).changes.set).to.include({
      locale: 'zh-TW',
      chosenLocale: 'zh-TW',
    });
    const { changes } = await answers({});
    expect(changes.set).to.include({ locale: 'es' }).and.to.not.have.property('chosenLocale');
  });

  it('keeps what the activity itself changes', async () => {
    const opened = move(aConversation({ _id: CONVERSATION, state: 'closed' }), 'message', NOW);
    if (!opened.allowed) expect.fail('it is allowed');
    const opening: Changes = {
      move: opened,
      set: { session: 2, priority: 0 },
      unset: ['handoff', 'remindedAt'],
    };
    const { changes } = await answers({ botState: '{}' }, opening);
    expect(changes.move).to.equal(opened);
    expect(changes.set).to.include({ session: 2, priority: 0 });
    expect(changes.unset).to.have.members(['handoff', 'remindedAt', 'wakeAt']);
  });

  describe('at a handoff', () => {
    it('puts the conversation into the queue, with what the agent has to know', async () => {
      const { changes } = await turn(handsOver('sales'));
      expect(changes.move).to.deep.include({ place: 'open' });
      expect(changes.move?.fields).to.include({ state: 'open', queueId: 'sales' });
      expect(changes.set).to.deep.include({
        priority: 7,
        handoff: { reason: 'customer_asked', summary: 'Wants a person', context: '{"order":"1234"}' },
        untakenAt: NOW + 600_000,
      });
      expect(changes.messages?.map(({ text }) => text)).to.deep.equal(['A person will answer.']);
    });

    it('takes the workstream’s queue when the bot names none, or one that there is not', async () => {
      for (const queue of [null, 'no-such-queue']) {
        const { changes } = await turn(handsOver(queue));
        expect(changes.move?.fields.queueId).to.equal('support');
        expect(changes.set?.priority).to.equal(3);
      }
    });

    it('takes the workstream’s queue even if that is gone, so that the conversation is in some queue', async () => {
      await store.queues.deleteOne({ _id: 'support' });
      const { changes } = await turn(handsOver(null));
      expect(changes.move?.fields.queueId).to.equal('support');
      expect(changes.set?.priority).to.equal(0);
    });

    it('sets a timer for one that nobody takes: the bot’s, or ten minutes', async () => {
      for (const [asked, after] of [
        [60_000, 60_000],
        [null, 600_000],
      ] as const) {
        const { changes } = await turn(handsOver('support', asked));
        expect(changes.set?.untakenAt).to.equal(NOW + after);
      }
    });

    it('keeps the handoff of a session that it opens with the same turn', async () => {
      const opening: Changes = { set: { session: 3 }, unset: ['handoff', 'remindedAt'] };
      const { changes } = await turn(handsOver('support'), opening);
      expect(conversationUpdate(conversation, changes, NOW).$unset).to.not.have.property('handoff');
      expect(conversationUpdate(conversation, changes, NOW).$set).to.have.property('handoff');
    });

    it('does not hand over again what waits for a person', async () => {
      conversation = aConversation({ _id: CONVERSATION, state: 'open', queueId: 'sales' });
      const { changes } = await turn(handsOver('support'));
      expect(changes).to.not.have.property('move');
      expect(changes.set).to.not.have.any.keys('handoff', 'queuedAt', 'priority');
      expect(changes.messages).to.have.length(1);
    });
  });

  describe('at the end', () => {
    it('closes the session, and keeps its row', async () => {
      conversation.sessionStartedAt = NOW - 9000;
      const { changes } = await answers({ texts: ['bye'], ended: { outcome: 'resolved' } });
      expect(changes.move).to.deep.include({ place: 'closed' });
      expect(changes.endedSession).to.deep.equal({
        _id: `${CONVERSATION}:2`,
        conversationId: CONVERSATION,
        session: 2,
        startedAt: NOW - 9000,
        endedAt: NOW,
        outcome: 'resolved',
        locale: 'es',
        closedBy: { kind: 'bot' },
        stretches: [{ place: 'closed', since: NOW, reason: 'bot_ended' }],
      });
      expect(changes.messages?.map(({ text }) => text)).to.deep.equal(['bye']);
    });

    it('closes one that waits for a person whom nobody sent', async () => {
      conversation = aConversation({ _id: CONVERSATION, state: 'open', queueId: 'sales' });
      const { changes } = await answers({ ended: { outcome: 'gave_up' } });
      expect(changes.move).to.deep.include({ place: 'closed' });
      expect(changes.endedSession).to.include({ queueId: 'sales', outcome: 'gave_up' });
    });

    it('hands over rather than ends when the bot wants both', async () => {
      const { changes } = await turn(async (input) => ({
        ...(await handsOver('support')(input)),
        ended: { outcome: 'resolved' },
      }));
      expect(changes.move).to.deep.include({ place: 'open' });
      expect(changes).to.not.have.property('endedSession');
    });
  });

  describe('when the bot throws', () => {
    const broken = new Error('broken');
    const breaks = () => turn(() => Promise.reject(broken));

    it('apologises in the customer’s language and calls a person', async () => {
      conversation.chosenLocale = 'zh-TW';
      const { changes, outcome } = await breaks();
      expect(outcome).to.equal('bot_failed');
      expect(changes.messages?.map(({ text }) => text)).to.deep.equal(['apology_bot_failed in zh-TW']);
      expect(changes.move).to.deep.include({ place: 'open' });
      expect(changes.set?.handoff).to.deep.equal({
        reason: 'bot_failed',
        summary: 'summary_bot_failed in zh-TW',
        context: '{}',
      });
    });

    it('keeps the state from before, so that a return to the bot goes on there', async () => {
      conversation.botState = '{"step":"menu"}';
      expect((await breaks()).changes.set).to.include({ botState: '{"step":"menu"}' });
    });

    it('does the same for one that throws before it answers a promise', async () => {
      const { outcome } = await turn(() => {
        throw broken;
      });
      expect(outcome).to.equal('bot_failed');
    });
  });

  it('rejects with the store’s error, which is not the bot’s', async () => {
    const away = new Error('store is away');
    parts.store = {
      ...store,
      queues: { ...store.queues, find: () => ({ toArray: () => Promise.reject(away) }) },
    };
    expect(await turn(handsOver('support')).catch((error: unknown) => error)).to.equal(away);
  });
});

import { expect } from 'chai';
import { createDesk, type Desk } from '../../src/conversations/desk.ts';
import { createNewsSource, type NewsSource } from '../../src/conversations/news.ts';
import { applyReceipt } from '../../src/conversations/receipts.ts';
import type { Actor } from '../../src/conversations/rights.ts';
import { workOff } from '../../src/conversations/turn.ts';
import { EVENT_TYPES, type EventType, type News, type Store } from '../../src/store/documents.ts';
import { workstreamOf } from '../../src/store/workstream.ts';
import { eventOf } from '../../src/webhooks/event.ts';
import { payloadOf } from '../../src/webhooks/payload.ts';
import { anAgent } from '../http/stage.ts';
import {
  ANA,
  anAnswer,
  CONVERSATION,
  createRig,
  handsOver,
  NUMBER,
  type Rig,
} from '../support/conversations.ts';
import { crashingStore } from '../support/crashing-store.ts';
import { aQueue } from '../support/queues.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

describe('news', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;
  let desk: Desk;
  let wanted: readonly EventType[];
  let botWantsStatus: boolean;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    await store.queues.insertOne(aQueue());
    for (const id of ['ana', 'ben']) {
      await store.agents.insertOne({ ...anAgent(id, 'agent', ['support']), presence: 'available' });
    }
    rig = createRig(store);
    wanted = EVENT_TYPES;
    botWantsStatus = false;
    open();
  });
  afterEach(() => dispose());

  let news: NewsSource;
  function open(): void {
    let ids = 0;
    news = createNewsSource({
      wants: (type) => wanted.includes(type),
      botWantsStatus,
      randomId: () => `news-${ids++}`,
      now: () => rig.time,
    });
    rig.turns.news = news;
    rig.outbox.news = news;
    desk = createDesk({ ...rig.turns, store, news, due: () => {}, rejected: async () => {} });
  }

  async function told(): Promise<News[]> {
    return (await rig.conversation()).news ?? [];
  }
  const types = async () => (await told()).map(({ type }) => type.replace('conversation.', ''));
  const key = 'key';

  it('tell each thing that becomes of a conversation, once, in order, with its reason', async () => {
    await rig.handOver();
    await desk.claimNext('support', ANA);
    await desk.wait(CONVERSATION, ANA);
    await desk.resume(CONVERSATION, ANA);
    await desk.transfer(CONVERSATION, ANA, { queueId: 'support', key });
    await desk.claim(CONVERSATION, ANA);
    await desk.transfer(CONVERSATION, ANA, { agentId: 'ben', key });
    await desk.return(CONVERSATION, { ...ANA, id: 'ben' }, { key });
    await rig.turn();
    await desk.claim(CONVERSATION, ANA);
    await desk.end(CONVERSATION, ANA);
    await desk.close(CONVERSATION, ANA, { key });
    const all = await told();
    expect(all.map(({ type, reason, agentId }) => [type, reason, agentId].join(' ').trim())).to.deep.equal([
      'message.received',
      'conversation.opened customer_wrote',
      'conversation.queued handed_off',
      'conversation.accepted claimed ana',
      'conversation.waiting parked ana',
      'conversation.resumed resumed ana',
      'conversation.transferred transferred',
      'conversation.accepted claimed ana',
      'conversation.transferred transferred ben',
      'conversation.returned returned',
      'conversation.queued handed_off',
      'conversation.accepted claimed ana',
      'conversation.ended agent_ended ana',
      'conversation.closed agent_closed ana',
    ]);
    expect(new Set(all.map(({ id }) => id)).size).to.equal(all.length);
    expect(all.at(-1)).to.include({ place: 'closed', queueId: 'support', session: 1 });
  });

  it('of texts, and of whether any are wanted, say who has it and in which queue', async () => {
    const parties = async () =>
      (await told())
        .filter(({ type }) => type.startsWith('message.') || type.includes('opted'))
        .map(({ type, place, agentId, queueId }) => [type, place, agentId, queueId].join(' ').trim());
    const say = async (text: string) => {
      await rig.textIn(text);
      await rig.turn();
    };
    rig.bot = handsOver();
    await say('a person please');
    await desk.claimNext('support', ANA);
    await say('hello');
    await desk.wait(CONVERSATION, ANA);
    await say('are you there?');
    await say('STOP');
    await say('START');
    expect(await parties()).to.deep.equal([
      'message.received open  support',
      'message.received agent ana support',
      'message.received agent ana support',
      'message.received agent ana support',
      'conversation.opted_out agent ana support',
      'message.received agent ana support',
      'conversation.opted_in agent ana support',
    ]);
  });

  it('tell webhooks what came of a session, and what its customer thought of it', async () => {
    const messages = { survey: { on: true, texts: {} } };
    rig.workstream = workstreamOf({
      ...rig.workstream,
      numbers: [NUMBER],
      settings: { ...rig.workstream.settings, messages },
    });
    const say = async (text: string) => {
      await rig.textIn(text);
      await rig.turn();
      await rig.send();
    };
    const close = async (result: { outcome?: string; disposition?: string }) => {
      rig.bot = handsOver();
      await say('a person please');
      await desk.claimNext('support', ANA);
      await desk.close(CONVERSATION, ANA, { ...result, key: `close${rig.time}` });
      await rig.send();
    };
    await close({ outcome: 'resolved', disposition: 'delivery' });
    for (const score of ['4', '4', '5']) await say(score);
    await close({});
    const conversation = await rig.conversation();
    const heard = (await told())
      .filter(({ type }) => type.includes('closed') || type.includes('survey'))
      .map((one) => payloadOf(eventOf(one, conversation, undefined, 1, 0)));
    const of = (session: number) => ({ session, state: 'closed', agentId: 'ana', queueId: 'support' });
    expect(heard).to.containSubset([
      {
        type: 'conversation.closed',
        data: { conversation: of(1), outcome: 'resolved', disposition: 'delivery' },
      },
      { type: 'conversation.survey_answered', data: { conversation: of(1), score: 4 } },
      { type: 'conversation.survey_answered', data: { conversation: of(1), score: 5 } },
      { type: 'conversation.closed', data: { conversation: of(2), outcome: 'resolved', disposition: null } },
    ]);
    expect(heard).to.have.length(4);
  });

  it('tell of a sentiment that becomes negative, once until it is better', async () => {
    const upset = async () => (await told()).filter(({ type }) => type === 'conversation.upset');
    const say = async (text: string) => {
      await rig.textIn(text);
      await rig.turn();
    };
    await say('annoying');
    expect(await upset()).to.deep.equal([]);
    await say('annoying');
    await say('awful');
    expect((await upset()).map(({ place, session }) => `${place} ${session}`)).to.deep.equal(['bot 1']);
    for (const text of ['lovely', 'lovely']) await say(text);
    expect(await upset()).to.have.length(1);
    await say('awful');
    expect(await upset()).to.have.length(2);
  });

  it('tell of a session that is reopened that it opens, and who has it, with that reason', async () => {
    rig.set({ reopenSeconds: 60 });
    const reopened = async () => {
      await desk.close(CONVERSATION, ANA, { key: `close${rig.time}` });
      await rig.textIn('one more thing');
      await rig.turn();
      const last = (await told()).slice(-2);
      return last.map(({ type, reason, place, session, agentId }) =>
        [type, reason, place, session, agentId].join(' ').trim(),
      );
    };
    await rig.handOver();
    await desk.claimNext('support', ANA);
    expect(await reopened()).to.deep.equal([
      'conversation.opened reopened agent 2 ana',
      'conversation.accepted reopened agent 2 ana',
    ]);
    await store.agents.updateOne({ _id: 'ana' }, { $set: { presence: 'away' } });
    expect(await reopened()).to.deep.equal([
      'conversation.opened reopened open 3',
      'conversation.queued reopened open 3',
    ]);
  });

  it('tell of a handoff that nobody took, and of offers', async () => {
    rig.bot = handsOver('support', 1000);
    await rig.textIn('a person please');
    await rig.turn();
    rig.time += 2000;
    rig.bot = async () => anAnswer();
    await rig.turn();
    expect(await types()).to.deep.equal(['message.received', 'opened', 'queued', 'untaken']);

    const conversation = await rig.conversation();
    const { news: offered } = news.ofCommit(conversation, {
      move: {
        allowed: true,
        from: 'open',
        place: 'open',
        reason: 'offered',
        fields: { state: 'open', handler: undefined, desk: 'open', agentId: undefined, queueId: 'support' },
        ownerChanged: false,
        line: 'unchanged',
        stretches: [],
        agents: ['ana'],
      },
      set: { offer: { agentId: 'ana', at: rig.time, until: rig.time + 1 } },
    });
    expect(offered).to.have.length(1);
    expect(offered?.[0]).to.include({ type: 'conversation.offered', agentId: 'ana', queueId: 'support' });
  });

  it('of a text that was handled before are none', async () => {
    await rig.textIn('hello', 'REF0');
    await rig.turn();
    await store.conversations.updateOne(
      { _id: CONVERSATION },
      { $set: { inbox: ['in:REF0'], dueAt: rig.time } },
    );
    await rig.turn();
    expect(await types()).to.deep.equal(['message.received', 'opened']);
  });

  it('say of a message what became of it, under an id that two receipts share', async () => {
    await rig.textIn('hello', 'REF0');
    await rig.turn();
    await rig.send();
    const receipt = {
      channelId: 'default',
      externalId: 'out:in:REF0:0',
      providerId: 'X',
      status: 'sent' as const,
      rank: 2,
      code: '203',
      description: '',
    };
    await applyReceipt(store, receipt, rig.time, news);
    await applyReceipt(store, { ...receipt, status: 'delivered', rank: 4 }, rig.time, news);
    const message = await store.messages.findOne({ _id: 'out:in:REF0:0' });
    expect(message?.news?.map(({ type }) => type)).to.deep.equal([
      'message.sent',
      'message.sent',
      'message.delivered',
    ]);
    const [settled, received] = message?.news ?? [];
    expect(settled?.id).to.equal(received?.id);
    expect(message?.newsAt).to.equal(rig.time);
  });

  it('cost a bot’s turn nothing when no webhook wants them: the same writes, and no field', async () => {
    const writes = async (given: NewsSource | undefined) => {
      const seen: string[] = [];
      const watched = crashingStore(store, {
        crashes: () => false,
        wrote: (collection, method, args) => seen.push(`${collection}.${method} ${JSON.stringify(args[1])}`),
      });
      await store.conversations.deleteOne({ _id: CONVERSATION });
      rig.time = 1_800_000_000_000;
      await rig.textIn('hello', `REF${given ? 1 : 2}`);
      const { news: _, ...parts } = rig.turns;
      await workOff({ ...parts, store: watched, ...(given ? { news: given } : {}) }, CONVERSATION);
      // Each run is a trace of its own.
      return seen.map((one) => one.replace(/REF\d|id-\d+|00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]/g, 'ID'));
    };
    wanted = [];
    expect(await writes(news)).to.deep.equal(await writes(undefined));
    expect(await rig.conversation()).not.to.have.any.keys('news', 'newsAt');
  });

  describe('for the bot', () => {
    const heard: string[] = [];
    beforeEach(() => {
      heard.length = 0;
      botWantsStatus = true;
      wanted = [];
      open();
    });

    const hears = (then: () => Promise<ReturnType<typeof anAnswer>>) => {
      rig.bot = async (input) => {
        const { activity } = input;
        if (activity.type !== 'event' || activity.name !== 'handoff.status') return handsOver()(input);
        const { state, reasonCode, position } = activity.value;
        heard.push([state, reasonCode, position ?? ''].join(' ').trim());
        return then();
      };
    };

    it('are told in its turn, where it may keep something and say nothing', async () => {
      hears(async () =>
        anAnswer({ texts: ['I speak'], botState: 'kept', ended: { outcome: 'x' }, locale: 'es' }),
      );
      await rig.textIn('a person please');
      await rig.turn();
      expect(heard).to.deep.equal(['queued handed_off 1']);
      await desk.claim(CONVERSATION, ANA);
      await desk.transfer(CONVERSATION, ANA, { agentId: 'ben', key });
      await desk.close(CONVERSATION, { ...ANA, id: 'ben' }, { key });
      await rig.turn();
      expect(heard.slice(1)).to.deep.equal([
        'accepted claimed',
        'transferred transferred',
        'completed agent_closed',
      ]);
      const { botState, state, events, locale } = await rig.conversation();
      expect({ botState, state, events, locale }).to.deep.equal({
        botState: 'kept',
        state: 'closed',
        events: [],
        locale: 'en',
      });
      expect((await rig.transcript()).map(({ text }) => text)).not.to.include('I speak');
    });

    it('are told of a session that its customer has reopened', async () => {
      hears(async () => anAnswer());
      rig.set({ reopenSeconds: 60 });
      await rig.textIn('a person please');
      await rig.turn();
      await desk.claim(CONVERSATION, ANA);
      await desk.close(CONVERSATION, ANA, { key });
      await rig.textIn('one more thing');
      await rig.turn();
      expect(heard.at(-1)).to.equal('accepted reopened');
    });

    it('that it fails on are logged and over: nobody is apologised to', async () => {
      hears(() => Promise.reject(new Error('no')));
      await rig.textIn('a person please');
      await rig.turn();
      expect(rig.botErrors).to.have.length(1);
      const { events, state } = await rig.conversation();
      expect({ events, state }).to.deep.equal({ events: [], state: 'open' });
      expect(await rig.transcript()).to.have.length(2);
    });

    it('say that it failed when nobody had it, and nothing when the bot itself ends', async () => {
      hears(async () => anAnswer());
      await rig.textIn('a person please');
      await rig.turn();
      const SAM: Actor = { id: 'sam', role: 'supervisor', queues: [] };
      await desk.close(CONVERSATION, SAM, { key });
      await rig.turn();
      expect(heard).to.deep.equal(['queued handed_off 1', 'failed force_closed']);
      rig.bot = async () => anAnswer({ texts: ['bye'], ended: { outcome: 'done' } });
      await rig.textIn('hello again');
      await rig.turn();
      expect((await rig.conversation()).events).to.deep.equal([]);
      expect(heard).to.have.length(2);
    });
  });
});

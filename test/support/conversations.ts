import type { Bot, TurnOutput } from '../../src/bot-turn.ts';
import { createDesk, type Desk } from '../../src/conversations/desk.ts';
import { receive } from '../../src/conversations/inbox.ts';
import {
  type OutboxParts,
  type OutgoingText,
  type SendResult,
  sendOut,
} from '../../src/conversations/outbox.ts';
import { compileRouting } from '../../src/conversations/routing-rules.ts';
import type { Settings } from '../../src/conversations/settings.ts';
import { type TurnParts, workOff } from '../../src/conversations/turn.ts';
import type { ConversationDoc, MessageDoc, QueueDoc, Store } from '../../src/store/documents.ts';
import { type Workstream, workstreamOf } from '../../src/store/workstream.ts';

export const NUMBER = '15550109999';
export const CUSTOMER = '15550100001';
export const CONVERSATION = `${NUMBER}-${CUSTOMER}`;

/** A workstream with the default settings. */
export const WORKSTREAM = workstreamOf({ _id: 'default', numbers: [], language: 'en', queueId: 'support' });

/** The settings of a service where nobody has changed any. */
export const SETTINGS: Settings = {
  workstream: () => WORKSTREAM,
  workstreams: () => [WORKSTREAM],
  queue: () => undefined,
  queues: () => [],
  routing: () => ({ classification: [], routes: [] }),
  asksWaiting: () => false,
};

/** What the service itself says, in a form that shows what it was made from. */
export const automatedText = (_: string, kind: string, values: object) => `${kind} ${JSON.stringify(values)}`;

/** A conversation as it is stored, with nothing in it but what the test names. It is in the desk's index as it would be. */
export function aConversation(fields: Partial<ConversationDoc> & { _id: string }): ConversationDoc {
  const { state = 'active', handler } = fields;
  const atDesk = handler === 'agent' || !['active', 'closed'].includes(state);
  return {
    channelId: 'default',
    number: NUMBER,
    customer: CUSTOMER,
    state,
    ...(atDesk ? { desk: state } : {}),
    priority: 0,
    session: 1,
    epoch: 0,
    version: 0,
    createdAt: 0,
    changedAt: 0,
    lastMessageAt: 0,
    inbox: [],
    events: [],
    wake: 0,
    pending: [],
    handled: [],
    endedSessions: [],
    lastSequence: 0,
    stretches: [],
    touched: [],
    leaseUntil: 0,
    attempts: 0,
    ...fields,
  };
}

/** An answer of the bot with nothing in it but what the test names. */
export function anAnswer(answer: Partial<TurnOutput> = {}): TurnOutput {
  return { texts: [], botState: null, locale: null, handoff: null, ended: null, waitsAt: null, ...answer };
}

export const handsOver =
  (queue: string | null = 'support', untakenAfter: number | null = null): Bot =>
  async () =>
    anAnswer({
      texts: ['A person will answer.'],
      handoff: {
        queue,
        reason: 'customer_asked',
        summary: 'Wants a person',
        context: { order: '1234' },
        untakenAfter,
      },
    });

/** What customers who wait say to the service itself. */
const QUEUE_WORDS: { [text: string]: 'where' | 'leave' } = { 'where am I': 'where', 'never mind': 'leave' };

export interface Rig {
  store: Store;
  desk: Desk;
  turns: TurnParts;
  outbox: OutboxParts;
  /** Virtual: tests set it forward. */
  time: number;
  /** What the provider was asked to send, oldest first. */
  sent: OutgoingText[];
  /** Errors that bots threw. */
  botErrors: unknown[];
  /** Ids of conversations that nobody took in time. */
  untaken: string[];
  /** Ids of agents who let the time of an offer run out. */
  missed: string[];
  /** Ids of agents who rejected an offer. */
  rejected: string[];
  /** That of every number. */
  workstream: Workstream;
  queues: QueueDoc[];
  /** What the provider answers from now on. */
  answer: (message: OutgoingText) => SendResult | Promise<SendResult>;
  bot: Bot;
  textIn(text: string, referenceId?: string): Promise<void>;
  /** Works off what is due, without sending. */
  turn(conversationId?: string): Promise<void>;
  /** Sends what is due until nothing is. */
  send(): Promise<void>;
  conversation(): Promise<ConversationDoc>;
  transcript(): Promise<MessageDoc[]>;
}

/** The conversations' side of the service with one conversation, a virtual clock and a provider that is a function. */
export function createRig(store: Store): Rig {
  let ids = 0;
  const now = () => rig.time;
  const common = {
    store,
    now,
    split: (text: string) => (text === '' ? [] : [{ text, segments: 1 }]),
    queued: () => {},
    settings: {
      ...SETTINGS,
      workstream: () => rig.workstream,
      workstreams: () => [rig.workstream],
      routing: () => compileRouting(rig.workstream.settings),
      queue: (id: string) => rig.queues.find(({ _id }) => _id === id),
      queues: () => rig.queues,
    },
    automatedText,
  };
  const rig: Rig = {
    store,
    time: 1_800_000_000_000,
    sent: [],
    botErrors: [],
    untaken: [],
    missed: [],
    rejected: [],
    workstream: WORKSTREAM,
    queues: [],
    bot: async ({ activity }) =>
      anAnswer({ texts: activity.type === 'message' ? [`echo ${activity.text}`] : [] }),
    answer: ({ externalId }) => ({
      outcome: 'accepted',
      referenceId: `REF-${externalId}`,
      code: 290,
      description: '',
    }),
    desk: createDesk({ ...common, due: () => {}, rejected: async (agentId) => rig.rejected.push(agentId) }),
    turns: {
      ...common,
      bot: (input) => rig.bot(input),
      systemText: (_, key) => key,
      queueWord: (_, text) => QUEUE_WORDS[text] ?? null,
      surveyScore: (_, text) => (/^[1-5]$/.test(text) ? Number(text) : null),
      random: () => 0,
      randomId: () => `id-${ids++}`,
      worked: () => {},
      botFailed: (error) => rig.botErrors.push(error),
      untaken: ({ _id }) => rig.untaken.push(_id),
      missed: async (agentId) => rig.missed.push(agentId),
    },
    outbox: {
      ...common,
      random: () => 1,
      sent: () => {},
      send: async (message) => {
        rig.sent.push(message);
        return rig.answer(message);
      },
    },
    async textIn(text, referenceId = `REF${ids++}`) {
      const inbound = { referenceId, from: CUSTOMER, to: NUMBER, text, segments: 1, provider: {} };
      rig.time += 1;
      await receive(store, 'default', inbound, now());
    },
    async turn(conversationId = CONVERSATION) {
      await workOff(rig.turns, conversationId);
    },
    async send() {
      for (;;) {
        const due = await store.messages.find({ nextAt: { $lte: now() } }, { sort: { nextAt: 1 } }).toArray();
        if (due.length === 0) return;
        for (const { _id } of due) await sendOut(rig.outbox, _id);
      }
    },
    async conversation() {
      const conversation = await store.conversations.findOne({ _id: CONVERSATION });
      if (!conversation) throw new Error('nobody has texted yet');
      return conversation;
    },
    transcript: () =>
      store.messages.find({ conversationId: CONVERSATION }, { sort: { at: 1, sequence: 1 } }).toArray(),
  };
  return rig;
}

import type { Bot, HandoffRequest, TurnOutput } from '../../src/bot-turn.ts';
import { createDesk, type Desk } from '../../src/conversations/desk.ts';
import { dueAnswers, dueNotices } from '../../src/conversations/due-texts.ts';
import { receive } from '../../src/conversations/inbox.ts';
import { newConversation } from '../../src/conversations/new-conversation.ts';
import { createOptouts, type Optouts } from '../../src/conversations/optouts.ts';
import { type OutboxParts, type OutgoingText, sendOut } from '../../src/conversations/outbox.ts';
import type { Actor } from '../../src/conversations/rights.ts';
import { compileRouting } from '../../src/conversations/routing-rules.ts';
import type { SendResult } from '../../src/conversations/send-outcome.ts';
import type { Settings } from '../../src/conversations/settings.ts';
import { type TurnParts, workOff } from '../../src/conversations/turn.ts';
import type { ConsentWord, ConversationDoc, MessageDoc, QueueDoc, Store } from '../../src/store/documents.ts';
import {
  type AutomatedMessage,
  DEFAULT_SETTINGS,
  type Workstream,
  type WorkstreamSettings,
  workstreamOf,
} from '../../src/store/workstream.ts';
import { aWorkstream } from './workstreams.ts';

export const NUMBER = '15550109999';
export const CUSTOMER = '15550100001';
export const CONVERSATION = `${NUMBER}-${CUSTOMER}`;

/** An agent of the queue `support`. */
export const ANA: Actor = { id: 'ana', role: 'agent', queues: ['support'] };

/** A workstream with the default settings. */
export const WORKSTREAM = workstreamOf(aWorkstream());

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
    ...newConversation({ number: NUMBER, customer: CUSTOMER }, 0),
    channelId: 'default',
    state,
    ...(atDesk ? { desk: state } : {}),
    session: 1,
    lastMessageAt: 0,
    inbox: [],
    wake: 0,
    ...fields,
  };
}

/** An answer of the bot with nothing in it but what the test names. */
export function anAnswer(answer: Partial<TurnOutput> = {}): TurnOutput {
  const nothing = { texts: [], botState: null, locale: null, handoff: null, ended: null };
  return { ...nothing, waitsAt: null, wakeAt: null, hidden: null, ...answer };
}

export const handsOver =
  (
    queue: string | null = 'support',
    untakenAfter: number | null = null,
    more: Partial<HandoffRequest> = {},
  ): Bot =>
  async () =>
    anAnswer({
      texts: ['A person will answer.'],
      handoff: {
        queue,
        reason: 'customer_asked',
        summary: 'Wants a person',
        context: { order: '1234' },
        skills: [],
        priority: null,
        unlessClosed: false,
        untakenAfter,
        ...more,
      },
    });

/** What texts say of their writer's mood. */
const MOODS: { [text: string]: number } = { awful: -2, annoying: -1, lovely: 2 };

/** What customers who wait say to the service itself. */
const QUEUE_WORDS: { [text: string]: 'where' | 'leave' } = { 'where am I': 'where', 'never mind': 'leave' };

const CONSENT_WORDS: { [text: string]: ConsentWord } = { STOP: 'stop', START: 'start', HELP: 'help' };

/** Of times and distribution only what is named changes; any other setting changes as a whole. */
export interface SettingChanges extends Partial<Omit<WorkstreamSettings, 'times' | 'distribution'>> {
  times?: Partial<WorkstreamSettings['times']>;
  distribution?: Partial<WorkstreamSettings['distribution']>;
}

export interface Rig {
  store: Store;
  desk: Desk;
  optouts: Optouts;
  turns: TurnParts;
  outbox: OutboxParts;
  /** Virtual: tests set it forward. */
  time: number;
  /** What the provider was asked to send, oldest first. */
  sent: OutgoingText[];
  /** The words of what the provider was asked to send, oldest first. */
  texts(): string[];
  /** Errors that bots threw. */
  botErrors: unknown[];
  /** Ids of conversations that were to go into a queue that there is not. */
  lackedQueues: string[];
  /** Ids of conversations that nobody took in time. */
  untaken: string[];
  /** Ids of conversations whose customer texts without an end. */
  muted: string[];
  /** The correlation id of each of these four that was told. */
  toldBy: string[];
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
  /** Has there be these queues, beside those that there are. */
  addQueues(...queues: QueueDoc[]): Promise<void>;
  /** Changes settings of the workstream. */
  set(changes: SettingChanges): void;
  /** Has the service say these by itself, with what it says unless it is told otherwise, and nothing else. */
  turnOn(...kinds: AutomatedMessage[]): void;
  /** STOP, START and HELP are what they say. */
  textIn(text: string, referenceId?: string, provider?: { action: string }): Promise<void>;
  /** Works off what is due, without sending. */
  turn(conversationId?: string): Promise<void>;
  /** Sends what is due until nothing is. */
  send(): Promise<void>;
  /** Works off what is due, and sends it. Answers the texts that leave meanwhile. */
  work(): Promise<string[]>;
  /** The customer asks for a person and waits in `support`; the bot's answer has not left yet. */
  handOver(): Promise<void>;
  /** What the customer gets for a text. */
  says(text: string, referenceId?: string): Promise<string[]>;
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
  function told<T>(list: T[], what: T, by: string): void {
    list.push(what);
    rig.toldBy.push(by);
  }
  const rig: Rig = {
    store,
    time: 1_800_000_000_000,
    sent: [],
    botErrors: [],
    lackedQueues: [],
    toldBy: [],
    untaken: [],
    muted: [],
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
    optouts: createOptouts({ ...common, due: () => {} }),
    turns: {
      ...common,
      bot: (input) => rig.bot(input),
      systemText: (_, key) => key,
      queueWord: (_, text) => QUEUE_WORDS[text] ?? null,
      surveyScore: (_, text) => (/^[1-5]$/.test(text) ? Number(text) : null),
      moodOf: (_, text) => MOODS[text] ?? 0,
      stopWish: (text) => text.includes('stop texting'),
      answeredByProvider: () => false,
      random: () => 0,
      randomId: () => `id-${ids++}`,
      worked: () => {},
      asksWaiting: () => false,
      lacksQueue: (id, by) => told(rig.lackedQueues, id, by),
      botFailed: (error, _, by) => told(rig.botErrors, error, by),
      untaken: ({ _id }, by) => told(rig.untaken, _id, by),
      muted: (id, by) => told(rig.muted, id, by),
      missed: async (agentId) => rig.missed.push(agentId),
    },
    outbox: {
      ...common,
      random: () => 1,
      blocked: (message, code) => rig.optouts.blocked(message, code),
      sent: () => {},
      undelivered: () => {},
      send: async (message) => {
        rig.sent.push(message);
        return rig.answer(message);
      },
    },
    async addQueues(...queues) {
      for (const queue of queues) await store.queues.insertOne(queue);
      rig.queues = [...rig.queues, ...queues];
    },
    set({ times, distribution, ...others }) {
      const { settings } = rig.workstream;
      const merged = {
        times: { ...settings.times, ...times },
        distribution: { ...settings.distribution, ...distribution },
      };
      rig.workstream = { ...rig.workstream, settings: { ...settings, ...others, ...merged } };
    },
    turnOn(...kinds) {
      const given = Object.fromEntries(kinds.map((kind) => [kind, { on: true, texts: {} }]));
      rig.set({ messages: { ...DEFAULT_SETTINGS.messages, ...given } });
    },
    texts: () => rig.sent.map(({ text }) => text),
    async textIn(text, referenceId = `REF${ids++}`, provider = undefined) {
      const consent = CONSENT_WORDS[text];
      const inbound = {
        referenceId,
        from: CUSTOMER,
        to: NUMBER,
        text,
        segments: 1,
        provider: provider ?? {},
        ...(consent && { consent }),
      };
      rig.time += 1;
      await receive(store, 'default', inbound, now());
    },
    async turn(conversationId = CONVERSATION) {
      await workOff(rig.turns, conversationId);
    },
    async send() {
      for (;;) {
        const due = [...(await dueAnswers(store, now(), 500)), ...(await dueNotices(store, now(), 500))];
        if (due.length === 0) return;
        for (const { _id } of due) await sendOut(rig.outbox, _id);
      }
    },
    async work() {
      rig.sent.length = 0;
      await rig.turn();
      await rig.send();
      return rig.texts();
    },
    async handOver() {
      rig.bot = handsOver();
      await rig.textIn('a person please');
      await rig.turn();
    },
    async says(text, referenceId) {
      await rig.textIn(text, referenceId);
      return rig.work();
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

import type { ReturnCheck } from '../bot-turn.ts';
import { ledgerId } from '../conversations/consent.ts';
import { dueAnswers, dueNotices, nextTextAt } from '../conversations/due-texts.ts';
import { receive } from '../conversations/inbox.ts';
import { type OutboxParts, sendOut } from '../conversations/outbox.ts';
import { applyReceipt } from '../conversations/receipts.ts';
import type { Settings } from '../conversations/settings.ts';
import { type TurnParts, workOff } from '../conversations/turn.ts';
import { tellUndelivered } from '../conversations/undelivered.ts';
import { SwitchboardError } from '../errors.ts';
import type {
  ConsentWord,
  ConversationDoc,
  MessageDoc,
  QueueDoc,
  SessionDoc,
  Store,
} from '../store/documents.ts';
import { type WorkstreamSettings, workstreamOf } from '../store/workstream.ts';
import { hostBot, TeleSignAdapter } from '../telesign/adapter.ts';
import { countSegments, splitText } from '../telesign/text.ts';
import { createRehearsalAgent, type RehearsalAgent, rehearsalAgent } from './rehearsal-agent.ts';
import { endedConversation, sessions, transcript, waitingConversation } from './rehearsal-store.ts';
import { ANSWERS, type Reported, reportOn, type TeleSignAnswer } from './rehearsal-telesign.ts';

/** Reserved for fiction. */
const SUPPORT_NUMBER = '15550109999';
const CUSTOMER = '15550100001';
/** Of customers who are there only to wait: the first number of up to 1000. */
const OTHERS = 15550110000;
const CONVERSATION = `${SUPPORT_NUMBER}-${CUSTOMER}`;
const CHANNEL = 'default';

/** Where handoffs go that no dialog sends elsewhere. */
export const FALLBACK_QUEUE = 'support';

/** What the customer never gets: a person took over first, or they want no texts. */
const UNSENT: readonly string[] = ['dropped', 'held'];

/** More rounds than this for one thing that happened go on for ever. */
const MOST_ROUNDS = 200;

/** What the service itself says and understands. */
export interface ServiceWords
  extends Pick<
    TurnParts,
    'automatedText' | 'systemText' | 'queueWord' | 'surveyScore' | 'moodOf' | 'stopWish'
  > {
  consentWord: (text: string) => ConsentWord | undefined;
}

export interface RehearsalParts {
  store: Store;
  bot: Parameters<typeof hostBot>[1] & { lacks?: ReturnCheck };
  words: ServiceWords;
  /** BCP 47: the workstream's. */
  language: string;
  /** All that there are; `FALLBACK_QUEUE` is one of them. */
  queues: () => readonly QueueDoc[];
  /** What the workstream has otherwise than by default. */
  settings?: Partial<WorkstreamSettings>;
  /** Milliseconds since 1970, at which the clock stands first. */
  startsAt: number;
  /** How many others wait in `FALLBACK_QUEUE`, and go on to. */
  waiting: number;
  /** What the bot kept from before, if anything. */
  botState?: string;
  /** Told of each error of the bot, which the customer hears as an apology. */
  botFailed: (error: unknown) => void;
  /** Told of a handoff to a queue that is none of `queues`. */
  lacksQueue: () => void;
}

/**
 * The service with one customer, one agent and a clock of its own: the pieces that decide, store, send and act when a
 * time has come are the real ones, only TeleSign is a function. Each method resolves once everything is done that is
 * due. What the agent does rejects as the API refuses it.
 */
export interface Rehearsal {
  /** Milliseconds since 1970. */
  now(): number;
  says(text: string): Promise<void>;
  /** Sets the clock forward, through everything that becomes due on the way. Milliseconds. */
  advance(time: number): Promise<void>;
  agent: RehearsalAgent;
  /** How TeleSign answers from now on. It accepts, when nothing is said. */
  telesign(answer: TeleSignAnswer): void;
  /** TeleSign's report on the last text. False when there is none. */
  receipt(status: Reported): Promise<boolean>;
  /** What has gone out since the last call, oldest first; a bot's text that was dropped has not. */
  heard(): Promise<MessageDoc[]>;
  /** Undefined before the first text. */
  conversation(): Promise<ConversationDoc | undefined>;
  /** The last one that has ended. */
  session(): Promise<SessionDoc | undefined>;
  /** Takes everything out of the store again, so that another rehearsal can follow. */
  clear(): Promise<void>;
}

export async function createRehearsal(parts: RehearsalParts): Promise<Rehearsal> {
  const { store, bot, words } = parts;
  let time = parts.startsAt;
  let ids = 0;
  let answer: TeleSignAnswer = 'accepts';
  const told = new Set<string>();
  const now = () => time;
  const nextId = () => {
    ids += 1;
    return String(ids);
  };
  const common = {
    store,
    now,
    split: splitText,
    queued: () => {},
    settings: settingsOf(parts),
    automatedText: words.automatedText,
  };
  const adapter = new TeleSignAdapter({
    inOrder: () => Promise.reject(new SwitchboardError('wrong_state', 'A rehearsal asks for no turns.')),
  });
  const turns: TurnParts = {
    ...common,
    ...words,
    answeredByProvider: () => false,
    bot: hostBot(adapter, bot),
    asksWaiting: () => true,
    random: () => 0,
    randomId: nextId,
    worked: () => {},
    botFailed: parts.botFailed,
    lacksQueue: parts.lacksQueue,
    untaken: () => {},
    muted: () => {},
    missed: async () => {},
  };
  const untold = new Set<string>();
  const outbox: OutboxParts = {
    ...common,
    undelivered: (messageId) => untold.add(messageId),
    random: () => 1,
    blocked: async () => {},
    sent: () => {},
    send: async (message) => ANSWERS[answer](message),
  };
  const agent = rehearsalAgent(time);
  await store.agents.insertOne(agent);
  if (parts.botState !== undefined) {
    const party = { _id: CONVERSATION, channelId: CHANNEL, number: SUPPORT_NUMBER, customer: CUSTOMER };
    await store.conversations.insertOne(endedConversation(party, parts.botState, time));
  }

  const others = Array.from({ length: parts.waiting }, (_, n) => {
    const customer = String(OTHERS + n);
    const party = {
      _id: `${SUPPORT_NUMBER}-${customer}`,
      channelId: CHANNEL,
      number: SUPPORT_NUMBER,
      customer,
    };
    return waitingConversation(party, FALLBACK_QUEUE, time);
  });
  for (const other of others) await store.conversations.insertOne(other);

  /** Dialogs that are read again may name more. */
  const planted = new Set<string>();
  async function plantQueues(): Promise<void> {
    for (const queue of parts.queues()) {
      if (!planted.has(queue._id)) await store.queues.insertOne(queue);
      planted.add(queue._id);
    }
  }

  const conversation = async () => (await store.conversations.findOne({ _id: CONVERSATION })) ?? undefined;

  async function sendDue(): Promise<boolean> {
    const due = [
      ...(await dueAnswers(store, time, MOST_ROUNDS)),
      ...(await dueNotices(store, time, MOST_ROUNDS)),
    ];
    for (const { _id } of due) await sendOut(outbox, _id);
    return due.length > 0;
  }

  async function settle(): Promise<void> {
    await plantQueues();
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      for (const messageId of untold) await tellUndelivered(store, messageId, { botWants: true, now: time });
      untold.clear();
      const worked = await workOff(turns, CONVERSATION);
      if (!(await sendDue()) && !worked) return;
    }
    throw new SwitchboardError('internal', 'The conversation does not come to rest.');
  }

  async function nextDue(): Promise<number> {
    return Math.min((await conversation())?.dueAt ?? Number.POSITIVE_INFINITY, await nextTextAt(store));
  }

  /** Texts are a millisecond apart, so that their order shows in their times. */
  async function after(done: Promise<unknown>): Promise<void> {
    await done;
    await settle();
    time += 1;
  }

  return {
    now,
    says(text) {
      const { segments } = countSegments(text);
      const consent = words.consentWord(text);
      const inbound = {
        ...{ from: CUSTOMER, to: SUPPORT_NUMBER, text, segments, provider: {} },
        ...(consent && { consent }),
      };
      return after(receive(store, CHANNEL, { ...inbound, referenceId: nextId() }, time));
    },
    async advance(length) {
      const until = time + length;
      for (let next = await nextDue(); next <= until; next = await nextDue()) {
        time = Math.max(time, next);
        await settle();
      }
      time = until;
    },
    agent: createRehearsalAgent({
      ...common,
      lacks: (target, from) => bot.lacks?.(target, from),
      conversation: CONVERSATION,
      nextId,
      after,
    }),
    telesign(given) {
      answer = given;
    },
    async receipt(status) {
      const last = (await transcript(store, CONVERSATION)).findLast(({ direction }) => direction === 'out');
      if (!last) return false;
      const receipt = reportOn(last, status);
      const { moved } = await applyReceipt(store, receipt, time);
      if (moved && status === 'failed') untold.add(last._id);
      await after(Promise.resolve());
      return true;
    },
    async heard() {
      const fresh = (await transcript(store, CONVERSATION)).filter(
        ({ _id, direction, status }) => direction === 'out' && !UNSENT.includes(status) && !told.has(_id),
      );
      for (const { _id } of fresh) told.add(_id);
      return fresh.sort((a, b) => a.sequence - b.sequence);
    },
    conversation,
    async session() {
      const [last] = await sessions(store, CONVERSATION, 1);
      return last;
    },
    async clear() {
      for (const { _id } of await transcript(store, CONVERSATION)) await store.messages.deleteOne({ _id });
      for (const { _id } of await sessions(store, CONVERSATION)) await store.sessions.deleteOne({ _id });
      await store.conversations.deleteOne({ _id: CONVERSATION });
      for (const { _id } of others) await store.conversations.deleteOne({ _id });
      await store.optouts.deleteOne({ _id: ledgerId(CONVERSATION) });
      await store.agents.deleteOne({ _id: agent._id });
      for (const _id of planted) await store.queues.deleteOne({ _id });
    },
  };
}

function settingsOf({ language, queues, settings }: RehearsalParts): Settings {
  const workstream = workstreamOf({
    _id: 'default',
    numbers: [SUPPORT_NUMBER],
    language,
    queueId: FALLBACK_QUEUE,
    ...(settings ? { settings } : {}),
  });
  return {
    workstream: () => workstream,
    workstreams: () => [workstream],
    queue: (id) => queues().find(({ _id }) => _id === id),
    queues,
    routing: () => ({ classification: [], routes: [] }),
    asksWaiting: () => false,
  };
}

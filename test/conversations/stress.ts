import { expect } from 'chai';
import type { Bot, TurnOutput } from '../../src/bot-turn.ts';
import { dueAnswers, dueNotices, nextTextAt } from '../../src/conversations/due-texts.ts';
import { receive } from '../../src/conversations/inbox.ts';
import { type OutgoingText, sendOut } from '../../src/conversations/outbox.ts';
import type { SendResult } from '../../src/conversations/send-outcome.ts';
import { LEASE, type TurnParts, workOff } from '../../src/conversations/turn.ts';
import { SwitchboardError } from '../../src/errors.ts';
import type { Store } from '../../src/store/documents.ts';
import type { Workstream } from '../../src/store/workstream.ts';
import { createTurns } from '../../src/workers/turns.ts';
import { automatedText, SETTINGS, WORKSTREAM } from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { recordedLog } from '../support/log.ts';
import { seeded, shuffled } from '../support/random.ts';

const WORKERS = 4;
const MESSAGES = 8;
/** The bot ends the session at every fourth thing that it hears; the next text or proactive turn opens another. */
const SESSION = 4;
/** Proactive turns are asked for by this many processes, one after the other, which stop while some wait. */
const ASKERS = 6;
const ASKED_EACH = 20;
/** The service stopped first, or the customer had not written yet. */
const REFUSALS: string[] = ['not_ready', 'not_found'];
const NUMBER = '15550109999';
/** One less than turn.ts's `MAX_ATTEMPTS`: an input that was begun more often than that goes to a person, not to the bot. */
const MOST_BEGUN = 4;

export interface StressResult {
  /** How often each named point was a crash. */
  crashes: Map<string, number>;
  points: Set<string>;
  unknown: number;
  duplicates: number;
  /** What became of the proactive turns: `refused` did not take place, `uncertain` may have. */
  asked: { done: number; refused: number; uncertain: number };
  /** Sessions that a proactive turn opened. */
  openedByAsked: number;
}

/** Nothing closes by itself: what is due later would never be done. */
const UNTIMED: Workstream = {
  ...WORKSTREAM,
  settings: { ...WORKSTREAM.settings, times: { ...WORKSTREAM.settings.times, closeActive: null } },
};

/**
 * One run: texts come in shuffled, some several times, some again much later; workers race for conversations and
 * messages and die at random points; the provider now and then gives no answer; programs ask for proactive turns in
 * between, and stop. At the end every text was handled once, in the order in which the store took it in, every
 * proactive turn took place once, or not at all when its caller was told so, and every reply left once or is `unknown`.
 */
export async function stressRun(
  store: Store,
  { seed, conversations }: { seed: number; conversations: number },
): Promise<StressResult> {
  const random = seeded(seed);
  let time = 1_800_000_000_000;
  const now = () => time;
  const result: StressResult = {
    crashes: new Map(),
    points: new Set(),
    unknown: 0,
    duplicates: 0,
    asked: { done: 0, refused: 0, uncertain: 0 },
    openedByAsked: 0,
  };

  const arrived = new Map<string, string[]>();
  /** Conversations whose work was begun again and again without an end, by chance: nobody dies until it has ended. */
  const weary = new Set<string>();
  const process = crashingStore(store, {
    crashes(point) {
      result.points.add(point);
      // A point that is rare has to be a crash as well: few sessions end, and few looks are the service's own.
      const often = /^(sessions|conversations[.]find )/.test(point) ? 0.04 : 0.004;
      if (random() > (often * 60) / conversations || weary.size > 0) return false;
      result.crashes.set(point, (result.crashes.get(point) ?? 0) + 1);
      return true;
    },
    wrote(collection, method, [filter, update], written) {
      if (collection !== 'conversations' || method === 'find') return;
      const { _id: id } = filter as { _id: string };
      const { $addToSet, $set } = (update ?? {}) as {
        $addToSet?: { inbox?: string };
        $set?: { attempts?: number };
      };
      // A claim tells how often, a commit and a release that it has ended.
      const { attempts = $set?.attempts, matchedCount } = (written ?? { matchedCount: 0 }) as {
        attempts?: number;
        matchedCount?: number;
      };
      if (attempts !== undefined && attempts >= MOST_BEGUN) weary.add(id);
      else if (attempts === 0 && matchedCount !== 0) weary.delete(id);
      // The judge's own record of the order of arrival: the writes that put a text into an inbox.
      const added = $addToSet?.inbox;
      if (method !== 'updateOne' || added === undefined) return;
      const order = arrived.get(id) ?? [];
      if (!order.includes(added)) order.push(added);
      arrived.set(id, order);
    },
  });

  const accepted = new Map<string, OutgoingText[]>();
  const send = async (message: OutgoingText): Promise<SendResult> => {
    if (random() < 0.02) return { outcome: 'rate_limited', code: '10019', retryAfter: null };
    const id = `${message.from}-${message.to}`;
    accepted.set(id, [...(accepted.get(id) ?? []), message]);
    if (random() < 0.01) return { outcome: 'unknown', reason: 'timeout' };
    return { outcome: 'accepted', referenceId: `REF${message.externalId}`, code: 290, description: '' };
  };

  // Remembers what it has heard; a text heard twice or in another order shows in every later answer.
  const bot: Bot = async ({ activity, botState }) => {
    return hears(botState, activity.type === 'message' ? activity.text : activity.name);
  };

  let ids = 0;
  const failures: unknown[] = [];
  const parts: TurnParts = {
    store: process,
    bot,
    split: (text) => [{ text, segments: 1 }],
    systemText: (_, key) => key,
    settings: { ...SETTINGS, workstream: () => UNTIMED },
    automatedText,
    queueWord: () => null,
    surveyScore: () => null,
    moodOf: () => 0,
    stopWish: () => false,
    answeredByProvider: () => false,
    missed: async () => {},
    now,
    random,
    randomId: () => `lease-${ids++}`,
    queued: () => {},
    worked: () => {},
    botFailed: (error) => failures.push(error),
    asksWaiting: () => false,
    lacksQueue: () => {},
    untaken: () => {},
    muted: () => {},
  };

  async function survives<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Crash) return undefined;
      throw error;
    }
  }

  /** Delivers one customer's texts as TeleSign would: again until it gets its answer, others in between. */
  async function deliver(customer: string): Promise<void> {
    const texts = Array.from({ length: MESSAGES }, (_, n) => n);
    let queue = shuffled([...texts, ...texts.filter(() => random() < 0.2)], random);
    const answered = new Set<number>();
    while (queue.length > 0) {
      const [n = 0, ...rest] = queue;
      queue = rest;
      const inbound = {
        referenceId: `${customer}X${n}`,
        from: customer,
        to: NUMBER,
        text: `t${n}`,
        segments: 1,
        provider: {},
      };
      const taken = await survives(() => receive(process, 'default', inbound, now()));
      if (taken?.duplicate) result.duplicates++;
      if (taken) answered.add(n);
      else queue.splice(Math.floor(random() * (queue.length + 1)), 0, n);
    }
    expect(answered.size).to.equal(MESSAGES);
  }

  const customers = Array.from({ length: conversations }, (_, n) => String(15550200000 + n));
  const asked = new Map<string, { id: string; outcome: 'done' | 'refused' | 'uncertain' }>();

  /** A program that asks its service for turns of several conversations at once, and stops before all have begun. */
  async function asker(name: number): Promise<void> {
    const turns = createTurns({
      ...parts,
      store: process,
      log: recordedLog('fatal').log,
      sleep: async () => {
        time += 50;
        await new Promise((resolve) => setImmediate(resolve));
      },
    });
    turns.start();
    let over = 0;
    let enough = () => {};
    const most = new Promise<void>((resolve) => {
      enough = resolve;
    });
    const asks = Array.from({ length: ASKED_EACH }, async (_, n) => {
      const what = `asked ${name}.${n}`;
      const id = `${NUMBER}-${customers[Math.floor(random() * customers.length)]}`;
      const outcome = await turns
        .ask(id, async ({ botState }) => hears(botState, what))
        .then(
          () => 'done' as const,
          (reason: unknown) => {
            if (reason instanceof Crash) return 'uncertain';
            if (reason instanceof SwitchboardError && REFUSALS.includes(reason.code)) return 'refused';
            throw reason;
          },
        );
      asked.set(what, { id, outcome });
      if (++over === ASKED_EACH * 0.6) enough();
    });
    const ended = Promise.all(asks);
    await most;
    await turns.stop();
    await ended;
  }

  let delivering = conversations;
  let asking = ASKERS;
  async function askAll(): Promise<void> {
    for (let name = 0; name < ASKERS; name++) {
      await asker(name);
      asking--;
    }
  }

  async function worker(): Promise<void> {
    for (let idle = 0; idle < 3 || delivering + asking > 0; ) {
      // The embedded engine answers reads within the same turn of the event loop: without this, writes never end.
      await new Promise((resolve) => setImmediate(resolve));
      const conversations = await store.conversations
        .find({ dueAt: { $lte: now() } }, { sort: { dueAt: 1 }, limit: 20 })
        .toArray();
      const messages = [...(await dueAnswers(store, now(), 20)), ...(await dueNotices(store, now(), 20))];
      for (const { _id } of shuffled(conversations, random).slice(0, 5))
        await survives(() => workOff(parts, _id));
      for (const { _id } of shuffled(messages, random).slice(0, 10)) {
        await survives(() =>
          sendOut(
            {
              ...parts,
              store: process,
              send,
              random,
              sent: () => {},
              undelivered: () => {},
              blocked: async () => {},
            },
            _id,
          ),
        );
      }
      const left = (await nextTextAt(store)) < Number.POSITIVE_INFINITY ? 1 : 0;
      const due = await store.conversations
        .find({ dueAt: { $gt: 0 } }, { sort: { dueAt: 1 }, limit: 1 })
        .toArray();
      idle = left + due.length === 0 ? idle + 1 : 0;
      time += conversations.length + messages.length === 0 ? LEASE + 1 : 50;
    }
  }

  await Promise.all([
    ...customers.map((customer) => deliver(customer).finally(() => delivering--)),
    ...Array.from({ length: WORKERS }, worker),
    askAll(),
  ]);

  expect(failures, 'what the bot threw').to.deep.equal([]);
  for (const customer of customers) {
    const id = `${NUMBER}-${customer}`;
    const order = (arrived.get(id) ?? []).map((messageId) => `t${messageId.split('X')[1]}`);
    const conversation = await store.conversations.findOne({ _id: id });
    const heard: string[] = JSON.parse(conversation?.botState ?? '[]');
    expect(
      heard.filter((what) => !asked.has(what)),
      `the texts that ${id} heard, seed ${seed}`,
    ).to.deep.equal(order);
    const taken = heard.filter((what) => asked.has(what));
    expect(new Set(taken).size, 'no proactive turn takes place twice').to.equal(taken.length);
    for (const [what, { id: whose, outcome }] of asked) {
      if (outcome === 'done' && whose === id) expect(taken).to.include(what);
      if (outcome === 'refused' || whose !== id) expect(taken).to.not.include(what);
    }

    const sessions = await store.sessions
      .find({ conversationId: id }, { sort: { conversationId: 1, session: 1 } })
      .toArray();
    expect(
      sessions.map(({ session }) => session),
      'each session that ended has its row',
    ).to.deep.equal(heard.slice(SESSION - 1).flatMap((_, n) => (n % SESSION === 0 ? [n / SESSION + 1] : [])));
    expect(conversation?.session).to.equal(sessionOf(heard.length - 1));
    result.openedByAsked += heard.filter((what, n) => n % SESSION === 0 && asked.has(what)).length;

    const expected = heard.flatMap((_, n) => [JSON.stringify(heard.slice(0, n + 1)), `and ${n + 1}`]);
    const transcript = await store.messages
      .find({ conversationId: id }, { sort: { at: 1, sequence: 1 } })
      .toArray();
    const outgoing = transcript.filter(({ direction }) => direction === 'out');
    expect(outgoing.map(({ text }) => text)).to.deep.equal(expected);
    expect(outgoing.map(({ session }) => session)).to.deep.equal(
      heard.flatMap((_, n) => [sessionOf(n), sessionOf(n)]),
    );
    expect(outgoing.map(({ status }) => status)).to.satisfy((statuses: string[]) =>
      statuses.every((status) => status === 'sent' || status === 'unknown'),
    );
    expect(transcript.filter(({ status }) => status === 'handled')).to.have.length(MESSAGES);

    const left = (accepted.get(id) ?? []).map(({ text }) => text);
    const certain = outgoing.filter(({ status }) => status === 'sent').map(({ text }) => text);
    expect(new Set(left).size, 'no reply leaves twice').to.equal(left.length);
    // What a program says by itself keeps its own order: answers need not wait for it.
    const byProgram = new Set(expected.filter((_, n) => asked.has(heard[Math.floor(n / 2)] ?? '')));
    for (const of of [true, false]) {
      const kind = (texts: string[]) => texts.filter((text) => byProgram.has(text) === of);
      expect(
        kind(left.filter((text) => certain.includes(text))),
        'each sent one left, in order',
      ).to.deep.equal(kind(certain));
      expect(kind(left), 'those that may have left keep the order').to.deep.equal(
        kind(expected.filter((text) => left.includes(text))),
      );
    }
    result.unknown += outgoing.length - certain.length;
  }
  for (const { outcome } of asked.values()) result.asked[outcome]++;
  return result;
}

/** The answer of a bot that remembers what it has heard, and ends the session now and then. */
function hears(botState: string | null, what: string): TurnOutput {
  const heard: string[] = [...JSON.parse(botState ?? '[]'), what];
  const state = JSON.stringify(heard);
  return {
    texts: [state, `and ${heard.length}`],
    botState: state,
    locale: null,
    handoff: null,
    ended: heard.length % SESSION === 0 ? { outcome: 'resolved' } : null,
    waitsAt: null,
    wakeAt: null,
    hidden: null,
  };
}

/** The session in which a conversation's thing heard belongs, by its place from 0. */
function sessionOf(place: number): number {
  return Math.floor(place / SESSION) + 1;
}

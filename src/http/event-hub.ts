import type { Actor } from '../conversations/rights.ts';
import type { ConversationDoc } from '../store/documents.ts';
import { createAttendance } from './attendance.ts';
import { dataOf, keyOf, printOf } from './change-view.ts';
import { atDesk, type Change, changesSince, countChanges } from './changes.ts';
import type { EventStream } from './event-stream.ts';
import { createMembers } from './members.ts';
import type { HttpParts } from './parts.ts';
import { readable } from './readable-message.ts';
import { isoTime } from './views.ts';
import { actorOf, maySee, type Whereabouts } from './visibility.ts';

/**
 * Processes stamp their own clocks, and a stamp is taken before its write can be seen. So what is up to this much older
 * than the newest is looked at again. Clocks further apart than this lose events.
 */
const SKEW = 5_000;
/** All of that at each pass would be most of a core's work in a busy hour: most passes go back this many changes. */
const RECENT = 200;
const SWEEP_EVERY = 5_000;

/** A pass waits this long for a hint, and a little after it, so that a busy second is not a pass for each write. */
const POLL = 500;
const GATHER = 100;

const MEMBERS_EVERY = 1_000;
const HEARTBEAT_EVERY = 15_000;
const LONGEST_BACKOFF = 15_000;

/** Further behind than this, lists are quicker read anew. */
const OLDEST_RESUME = 24 * 60 * 60 * 1000;
const MOST_RESUMED = 10_000;

export interface EventHub {
  /** Sends what happened after `lastEventId`, or from now on, until the stream closes. Resolves once it is live. */
  join: (stream: EventStream, lastEventId: string | undefined) => Promise<void>;
  leave: (stream: EventStream) => void;
  /** Ends all streams. */
  close: () => Promise<void>;
}

/**
 * Events are read off the data, so each process tells of what any other did, and a listener may resume at another one.
 * One loop reads for all listeners of this process, and only while there are some. An event holds the latest state:
 * several changes may be one event, an event may come twice, and nothing is left out.
 *
 * An event's id is a time in milliseconds: everything that changed until then was sent.
 */
export function createEventHub({
  store,
  now,
  log,
  changes,
  sleep,
}: Pick<HttpParts, 'store' | 'now' | 'log' | 'changes' | 'sleep'>): EventHub {
  const streams = new Set<EventStream>();
  const members = createMembers(store);
  const attendance = createAttendance(store);
  const stopping = new AbortController();
  let loop: { ready: Promise<void>; ended: Promise<void> } | undefined;

  /** Never later than this process's clock: a clock that runs ahead elsewhere must not hide what comes. */
  let highWater = 0;
  let sweptAt = 0;
  let membersAt = 0;
  let conversationsMoved = false;
  /** Stamps of the last `RECENT` changes. */
  const recent: number[] = [];
  /** What was sent of late, by key, so that looking at it again sends nothing. */
  const sent = new Map<string, { at: number; print: string }>();
  /** Where conversations of queues and agents stand: who could see one is told when it leaves their sight. */
  const whereabouts = new Map<string, Whereabouts>();

  async function begin(): Promise<void> {
    const at = now();
    sent.clear();
    recent.length = 0;
    whereabouts.clear();
    await members.read(true, at);
    for await (const batch of atDesk(store)) for (const conversation of batch) remember(conversation);
    // What was there before the first listener got an answer is no news. What moved while the desk was read is in it.
    for await (const batch of changesSince(store, at - SKEW)) {
      for (const change of batch) {
        if (change.kind === 'conversation') remember(change.doc);
        noteSent(change, at);
      }
    }
    highWater = at;
    sweptAt = at;
    membersAt = at;
  }

  async function pass(): Promise<void> {
    const at = now();
    const sweep = at - sweptAt >= SWEEP_EVERY;
    for await (const batch of changesSince(store, sweep ? highWater - SKEW : overlap())) {
      const changed = new Map<string, Whereabouts>();
      for (const { kind, doc } of batch) if (kind === 'conversation') changed.set(doc._id, doc);
      for (const change of batch) {
        if (sent.get(keyOf(change))?.print === printOf(change)) continue;
        await publish(change, changed, at);
        // After it: what a failing store kept from being published is news to the next pass.
        noteSent(change, at);
      }
    }
    if (sweep) {
      sweptAt = at;
      for (const [key, { at: sentAt }] of sent) if (sentAt < highWater - SKEW) sent.delete(key);
    }
    if (at - membersAt >= MEMBERS_EVERY) await tellMembers(at);
  }

  function overlap(): number {
    const [oldest = 0] = recent.length < RECENT ? [] : recent;
    return Math.max(highWater - SKEW, oldest);
  }

  function noteSent(change: Change, at: number): void {
    sent.set(keyOf(change), { at: change.at, print: printOf(change) });
    if (recent.push(Math.min(change.at, at)) > RECENT) recent.shift();
  }

  async function publish(change: Change, changed: Map<string, Whereabouts>, at: number): Promise<void> {
    let isFor: (actor: Actor) => boolean;
    if (change.kind === 'conversation') {
      const before = whereabouts.get(change.doc._id) ?? withBot(change.doc);
      remember(change.doc);
      conversationsMoved = true;
      isFor = (actor) => maySee(actor, change.doc) || (before !== undefined && maySee(actor, before));
    } else {
      const { conversationId } = change.doc;
      const standing = changed.get(conversationId) ?? (await standingOf(conversationId));
      isFor = (actor) => maySee(actor, standing);
    }
    highWater = Math.min(Math.max(highWater, change.at), at);
    const seen = await shown(change);
    let data: string | undefined;
    for (const stream of streams) {
      if (!stream.live) stream.missedFrom = Math.min(stream.missedFrom ?? change.at, change.at);
      else {
        if (isFor(stream.actor) && !isOwnTyping(change, stream.actor)) {
          data ??= dataOf(seen);
          stream.send(change.kind, highWater, data);
        }
        tellMentioned(stream, change, highWater);
      }
    }
  }

  /** The change as it may be shown. */
  async function shown(change: Change): Promise<Change> {
    return change.kind === 'message' ? { ...change, doc: await readable(store, change.doc) } : change;
  }

  /** Where a conversation stands; looked up only when somebody listens who may not see all. */
  async function standingOf(conversationId: string): Promise<Whereabouts> {
    const known = whereabouts.get(conversationId);
    if (known || [...streams].every(({ actor }) => actor.role !== 'agent')) return known ?? {};
    return (await store.conversations.findOne({ _id: conversationId })) ?? {};
  }

  function remember({ _id, state, queueId, agentId, consulted }: ConversationDoc): void {
    if ((queueId === undefined && agentId === undefined) || state === 'closed') whereabouts.delete(_id);
    else {
      whereabouts.set(_id, {
        ...(queueId === undefined ? {} : { queueId }),
        ...(agentId === undefined ? {} : { agentId }),
        ...(consulted === undefined ? {} : { consulted }),
      });
    }
  }

  async function tellMembers(at: number): Promise<void> {
    const news = await members.read(conversationsMoved, at);
    conversationsMoved = false;
    membersAt = at;
    for (const stream of streams) {
      const agent = members.stillThere(stream, at);
      if (agent === undefined) stream.end();
      else stream.actor = actorOf(agent);
      if (!stream.live) continue;
      for (const { name, data, isFor } of news) if (isFor(stream.actor)) stream.send(name, highWater, data);
    }
  }

  /** Runs until nobody listens. A pass that fails is tried again later and later; the streams stay open meanwhile. */
  async function run(ready: () => void): Promise<void> {
    let begun = false;
    let failures = 0;
    while (streams.size > 0 && !stopping.signal.aborted) {
      try {
        // First: whatever keeps events from being read must not make agents seem gone.
        await attendance.renew(streams, now());
        await (begun ? pass() : begin());
        begun = true;
        failures = 0;
        ready();
      } catch (error) {
        if (failures++ === 0) log.error({ err: error }, 'events are late: the store cannot be read');
      }
      for (const stream of streams) if (now() - stream.writtenAt >= HEARTBEAT_EVERY) stream.heartbeat();
      if (failures === 0) await changes.wait(POLL, stopping.signal);
      const rest = failures === 0 ? GATHER : Math.min(POLL * 2 ** failures, LONGEST_BACKOFF);
      await sleep(rest, stopping.signal);
    }
    loop = undefined;
    ready();
  }

  async function catchUp(stream: EventStream, since: number): Promise<void> {
    for await (const batch of changesSince(store, since)) {
      for (const change of batch) {
        // Who typed back then is no news.
        if (change.kind === 'typing') continue;
        const standing =
          change.kind === 'conversation' ? change.doc : await standingOf(change.doc.conversationId);
        if (maySee(stream.actor, standing))
          stream.send(change.kind, Math.min(change.at, now()), dataOf(await shown(change)));
        tellMentioned(stream, change, Math.min(change.at, now()));
      }
      await stream.drained();
      if (!stream.isOpen()) return;
    }
  }

  return {
    async join(stream, lastEventId) {
      await attendance.came(stream.actor.id, now());
      if (stopping.signal.aborted) return stream.end();
      streams.add(stream);
      if (loop === undefined) {
        let ready = () => {};
        const isReady = new Promise<void>((resolve) => {
          ready = resolve;
        });
        loop = { ready: isReady, ended: run(() => ready()) };
      }
      await loop.ready;
      stream.open();
      const since = lastEventId === undefined ? null : Number(lastEventId) - SKEW;
      if (since !== null) {
        if (await isResumable(since)) stream.missedFrom = since;
        else stream.send('reset', highWater, '{}');
      }
      while (stream.missedFrom !== undefined && stream.isOpen()) {
        const from = stream.missedFrom;
        stream.missedFrom = undefined;
        await catchUp(stream, from);
      }
      // In the same tick as the check above: what is published from here on is sent.
      stream.live = true;
      for (const { name, data, isFor } of members.all())
        if (isFor(stream.actor)) stream.send(name, highWater, data);
    },
    leave(stream) {
      streams.delete(stream);
    },
    async close() {
      stopping.abort();
      for (const stream of streams) stream.end();
      await loop?.ended;
    },
  };

  async function isResumable(since: number): Promise<boolean> {
    const at = now();
    if (!(since > at - OLDEST_RESUME && since <= at)) return false;
    return (await countChanges(store, since, MOST_RESUMED + 1)) <= MOST_RESUMED;
  }
}

/** Where it stood before an agent took it from the bot, of which nothing is remembered: every agent could see it. */
function withBot({ state, queueId, agentId, stretches }: ConversationDoc): Whereabouts | undefined {
  const isTaken = state !== 'closed' && queueId === undefined && agentId !== undefined;
  return isTaken && stretches.some(({ place }) => place === 'bot') ? {} : undefined;
}

function isOwnTyping({ kind, doc }: Change, actor: Actor): boolean {
  return kind === 'typing' && doc.agentId === actor.id;
}

/** An agent whom a note names hears of it, whatever queues they serve; what it says they have to be allowed to read. */
function tellMentioned(stream: EventStream, { kind, doc }: Change, id: number): void {
  if (kind !== 'message' || !doc.mentions?.includes(stream.actor.id)) return;
  const { _id: messageId, conversationId, author, at } = doc;
  const data = { conversationId, messageId, by: author.id ?? null, at: isoTime(at) };
  stream.send('mention', id, JSON.stringify(data));
}

import type { ConsentWord, ConversationDoc, PendingMessage, QueueDoc, Store } from '../store/documents.ts';
import type { Hours } from '../store/queue.ts';
import type { AutomatedMessage, AutomatedSetting } from '../store/workstream.ts';
import type { Changes } from './commit.ts';
import { outgoingMessages, type Split } from './compose.ts';
import { lastClosing, nextOpening, openAt } from './hours.ts';
import { joiningAt } from './line.ts';
import { positionOf, toldMinutes, waitIn } from './position.ts';
import { SPAM } from './session.ts';
import type { Settings } from './settings.ts';
import { SURVEY_TIME } from './survey.ts';

/** What a text may name, each only where it says something. How it is written is the language's matter. */
export interface AutomatedValues {
  /** Names. */
  agent?: string;
  queue?: string;
  /** With `position`: the place in the line, 1 = next; null = too many are before to count them. */
  position?: number | null;
  /** Minutes until somebody answers; null = there is no ground to say. */
  wait?: number | null;
  /** With `out_of_hours` and `holiday`: when the queue opens next, seen from `now`; null = not within a year. */
  opens?: { at: number; timeZone: string; now: number } | null;
  holiday?: string;
}

/** The text of an automated message; `own` are the workstream's, by language, and stand before the locale files'. */
export type AutomatedText = (
  locale: string,
  kind: AutomatedMessage,
  values: AutomatedValues,
  own: AutomatedSetting['texts'],
) => string;

export interface AutomatedParts {
  store: Pick<Store, 'conversations' | 'agents' | 'queues'>;
  settings: Settings;
  split: Split;
  automatedText: AutomatedText;
  now: () => number;
}

/**
 * Adds to a decision what the service itself says to the customer on the way: that they wait, who answers them now, that
 * the session has ended. It leaves with the decision's own texts, after them and in the same order. `kinds` are added
 * to those that the move itself brings, where they are on; `asked` are those that the customer or the bot
 * asked for, and off or on they get them.
 */
export async function withAutomated(
  parts: AutomatedParts,
  conversation: ConversationDoc,
  changes: Changes,
  kinds: readonly AutomatedMessage[] = [],
  asked: readonly AutomatedMessage[] = [],
): Promise<Changes> {
  const { settings } = parts.settings.workstream(conversation.number);
  const isOn = (kind: AutomatedMessage) => settings.messages[kind]?.on;
  const added = kinds.filter(isOn);
  const isNobodyIn = added.some((kind) => OF_NOBODY.has(kind));
  const own = kindsOf(changes).filter((kind) => isOn(kind) && !(isNobodyIn && OF_SOMEBODY.has(kind)));
  const said = [...own, ...added, ...asked];
  if (said.length === 0) return changes;
  const messages = [...(changes.messages ?? [])];
  for (const kind of said) {
    const values = await valuesOf(parts, conversation, changes, kind);
    // Whoever decided may have seen other hours than there are now.
    const told = kind === 'holiday' && values.holiday === undefined ? 'out_of_hours' : kind;
    messages.push(...compose(parts, conversation, { ...changes, messages }, told, values));
  }
  const { endedSession } = changes;
  const asks = messages.find(({ survey }) => survey);
  return {
    ...changes,
    messages,
    // Not `lastMessageAt`: what the service says by itself is nobody's activity, and must not put off that it closes.
    set: {
      ...changes.set,
      // From the time of its text on: by that it is found again.
      ...(endedSession && asks
        ? { surveyOf: { session: endedSession.session, until: asks.at + SURVEY_TIME } }
        : {}),
    },
  };
}

/** What a customer who comes to a queue is told of its hours: nothing while it is open. */
export function toldOfHours(queue: QueueDoc | undefined, now: number): AutomatedMessage[] {
  const opening = openAt(queue?.hours, now);
  if (opening.open) return [];
  return [opening.holiday === undefined ? 'out_of_hours' : 'holiday'];
}

/**
 * The same for who waits for an answer and stays in a queue, or comes back to it from an agent: where it has closed since they
 * came to it last, since else they have heard so then.
 */
export function toldOfClosing(
  queue: QueueDoc | undefined,
  { unansweredSince, stretches }: Pick<ConversationDoc, 'unansweredSince' | 'stretches'>,
  now: number,
): AutomatedMessage[] {
  const told = toldOfHours(queue, now);
  if (unansweredSince === undefined || !queue?.hours || told.length === 0) return [];
  const closedAt = lastClosing(queue.hours, now);
  const came = stretches.findLast(({ place, queueId }) => place === 'open' && queueId === queue._id)?.since;
  return closedAt !== null && (came ?? 0) < closedAt ? told : [];
}

function compose(
  { settings, automatedText, split, now }: AutomatedParts,
  conversation: ConversationDoc,
  { set, move, messages = [] }: Changes,
  kind: AutomatedMessage,
  values: AutomatedValues,
): PendingMessage[] {
  const workstream = settings.workstream(conversation.number);
  const { session = conversation.session, locale = conversation.locale ?? workstream.language } = set ?? {};
  const own = workstream.settings.messages[kind]?.texts ?? {};
  const last = Math.max(conversation.lastSequence, ...messages.map(({ sequence }) => sequence));
  const consent = CONSENT_ANSWERS[kind];
  const composed = outgoingMessages(
    {
      ...conversation,
      session,
      lastSequence: last,
      epoch: conversation.epoch + (move?.ownerChanged ? 1 : 0),
    },
    {
      // The version makes it once: a decision on the same version is the same decision, or is void.
      cause: `auto:${kind}:${conversation._id}:${conversation.version}`,
      author: { kind: 'system' },
      texts: [automatedText(locale, kind, values, own)],
    },
    split,
    now(),
  );
  return composed.map((message) => ({
    ...message,
    ...(consent === undefined ? {} : { consent }),
    ...(isNotice(kind, move) ? { notice: true } : {}),
    ...(kind === 'survey' ? { survey: true } : {}),
  }));
}

/** What nobody waits for. An end is told at once where somebody has ended it just now, not where time has. */
function isNotice(kind: AutomatedMessage, move: Changes['move']): boolean {
  if (kind === 'ended') return move?.reason === 'auto_closed';
  return NOTICES.has(kind);
}

/** Who hears that nobody is in is not told beside it that somebody is about to answer. */
const OF_NOBODY: ReadonlySet<AutomatedMessage> = new Set<AutomatedMessage>([
  'out_of_hours',
  'holiday',
  'call_back',
]);
const OF_SOMEBODY: ReadonlySet<AutomatedMessage> = new Set<AutomatedMessage>([
  'queued',
  'transferred',
  'position',
]);

const NOTICES: ReadonlySet<AutomatedMessage> = new Set<AutomatedMessage>([
  'inactivity_reminder',
  'inactivity_closed',
  'call_back',
  'survey',
]);

/** They leave also to who wants no texts: it is these that they answer. */
const CONSENT_ANSWERS: Readonly<Partial<Record<AutomatedMessage, ConsentWord>>> = {
  opted_out: 'stop',
  opted_in: 'start',
  help: 'help',
};

function kindsOf({ move, messages = [], endedSession }: Changes): AutomatedMessage[] {
  const last = move?.stretches.at(-1);
  if (!move || !last) return [];
  switch (last.place) {
    case 'bot':
      if (last.reason === 'customer_left') return ['left'];
      return move.from === 'closed' ? ['greeting'] : [];
    case 'open':
      // Who waits already has been told so.
      if (move.from === 'agent' || move.from === 'waiting' || move.from === 'open') {
        return ['transferred', 'position'];
      }
      // A bot that has just said that a person will answer has said it.
      return messages.some(({ direction }) => direction === 'out') ? ['position'] : ['queued', 'position'];
    case 'agent':
      if (move.from === 'open' || move.from === 'bot') return ['assigned'];
      return last.reason === 'transferred' || last.reason === 'assigned' ? ['transferred'] : [];
    case 'closed':
      return closingKinds(last.reason, endedSession);
    case 'waiting':
    case 'wrap_up':
      return [];
  }
}

function closingKinds(reason: string, session: Changes['endedSession']): AutomatedMessage[] {
  // Nobody wants to hear of it again, and a text would tell whoever sent it that somebody is there.
  if (session?.outcome === SPAM) return [];
  const byPerson = session?.stretches.some(({ place }) => place === 'agent') ?? false;
  switch (reason) {
    case 'auto_closed':
      // Whom nobody has written to has nothing to judge.
      return session?.answeredAt === undefined ? ['ended'] : ['ended', 'survey'];
    case 'customer_inactive':
      return ['inactivity_closed'];
    case 'overflow':
    case 'waited_too_long': // whoever decides it knows whether the queue is closed or full
    case 'bot_ended':
      return [];
    default:
      return byPerson ? ['ended', 'survey'] : ['ended'];
  }
}

async function valuesOf(
  parts: AutomatedParts,
  conversation: ConversationDoc,
  changes: Changes,
  kind: AutomatedMessage,
): Promise<AutomatedValues> {
  const { store, settings, now } = parts;
  const { agentId, queueId = queuePassed(changes) } = changes.move?.fields ?? conversation;
  const agent = agentId === undefined ? null : await store.agents.findOne({ _id: agentId });
  const ofHours = kind === 'out_of_hours' || kind === 'holiday';
  // Read as those who decide that it is closed read it: what `settings` know may be older.
  const read = ofHours && queueId !== undefined ? await store.queues.findOne({ _id: queueId }) : null;
  const queue = read ?? (queueId === undefined ? undefined : settings.queue(queueId));
  const names = { ...(agent ? { agent: agent.name } : {}), ...(queue ? { queue: queue.name } : {}) };
  if (kind === 'position') return { ...names, ...(await placeInLine(parts, conversation, changes)) };
  if (ofHours) return { ...names, ...openingOf(queue?.hours, now()) };
  return names;
}

/** A queue that is closed, and that gives what is handed to it back to the bot at once. */
function queuePassed({ move }: Changes): string | undefined {
  return move?.stretches.findLast(({ queueId }) => queueId !== undefined)?.queueId;
}

async function placeInLine(
  parts: AutomatedParts,
  conversation: ConversationDoc,
  { move, set = {} }: Changes,
): Promise<Pick<AutomatedValues, 'position' | 'wait'>> {
  const { state, queueId } = move?.fields ?? conversation;
  const { priority = conversation.priority, unansweredSince = conversation.unansweredSince } = set;
  const joined = move?.line === 'joined';
  const turnAt = joined ? joiningAt({ priority, unansweredSince }, parts.now()) : conversation.turnAt;
  const position = await positionOf(parts.store, {
    state,
    ...(queueId === undefined ? {} : { queueId }),
    ...(turnAt === undefined ? {} : { turnAt }),
  });
  const wait = position === null || queueId === undefined ? null : await waitIn(parts, queueId, position);
  return { position, wait: wait === null ? null : toldMinutes(wait) };
}

function openingOf(hours: Hours | undefined, now: number): Pick<AutomatedValues, 'opens' | 'holiday'> {
  const opening = openAt(hours, now);
  const at = nextOpening(hours, now);
  return {
    opens: hours && at !== null ? { at, timeZone: hours.timeZone, now } : null,
    ...(!opening.open && opening.holiday !== undefined ? { holiday: opening.holiday } : {}),
  };
}

import type { ConversationDoc, MessageDoc, Store } from '../store/documents.ts';
import type { BotSideParts } from './bot-side.ts';
import type { Changes } from './commit.ts';
import { entryOf } from './consent.ts';
import type { TurnDecision } from './decision.ts';
import type { QueueWord } from './queue-side.ts';
import { placementAgain, rejoined } from './rejoining.ts';
import { type Return, returnOf } from './reopening.ts';
import { reserve } from './reservation.ts';
import { nextSession } from './session.ts';
import { type AllowedMove, type Move, move } from './state.ts';
import { type TracedEntry, traced } from './trace.ts';

export interface ReopeningParts extends Pick<BotSideParts, 'settings' | 'systemText' | 'now' | 'random'> {
  store: Pick<Store, 'conversations' | 'sessions' | 'queues' | 'agents' | 'optouts'>;
  queueWord: QueueWord;
}

type Text = Pick<MessageDoc, 'text' | 'at' | 'consent'>;

/**
 * The customer writes again soon after a person has ended the session: a new one begins, which people have at once, and
 * which says whose end it goes on with. Undefined when it is for the bot after all: a word that asks for it, STOP, START
 * or HELP, and where the queue would give it to the bot.
 */
export async function reopened(
  parts: ReopeningParts,
  conversation: ConversationDoc,
  message: Text,
): Promise<TurnDecision | undefined> {
  const { store, now } = parts;
  const workstream = parts.settings.workstream(conversation.number);
  const { state, session, locale = workstream.language } = conversation;
  // Before anything is read: most texts are none.
  if (workstream.settings.reopenSeconds === null || state !== 'closed') return undefined;
  if (message.consent !== undefined || parts.queueWord(locale, message.text) === 'leave') return undefined;
  // Its row is there: it was committed with the close, and a worker copies before it looks at a text.
  const before = await store.sessions.findOne({ _id: `${conversation._id}:${session}` });
  const consent = await entryOf(store, conversation._id);
  const queueId = await queueOf(parts, conversation);
  for (;;) {
    const agent = before?.agentId === undefined ? null : await store.agents.findOne({ _id: before.agentId });
    const known = { session: before, consent, agent, queueId, workstream, now: now() };
    const back = returnOf(message.at, known);
    if (back === null) return undefined;
    if (agent === null || back.why !== 'same_agent') return toQueue(parts, conversation, message, back);
    const { cost } = workstream.settings.capacity;
    const wanted = { conversationId: conversation._id, workstreamId: workstream._id, cost };
    // Before the commit, as offers do: who comes back at the same moment sees what is left. A commit that is void then
    // leaves it for the next try, or for nobody until its time is over.
    if (!(await reserve(parts, agent, [wanted]))) continue;
    const from = queueId === undefined ? conversation : { ...conversation, queueId };
    const moved = allowed(move(from, 'reopen_to_agent', now(), { agentId: back.agentId }));
    const changes = opening(parts, conversation, moved, message, [trace(conversation, back)]);
    return { changes, outcome: 'recorded' };
  }
}

/** The queue that it was in last; that of the workstream where it is gone. Undefined where it was in none. */
async function queueOf(
  { store, settings }: ReopeningParts,
  { queueId, number }: ConversationDoc,
): Promise<string | undefined> {
  if (queueId === undefined || (await store.queues.findOne({ _id: queueId }))) return queueId;
  return settings.workstream(number).queueId;
}

/** Into the queue that it was in last; what that does when it is closed or full, it does as with every handoff. */
async function toQueue(
  parts: ReopeningParts,
  conversation: ConversationDoc,
  message: Text,
  back: Return,
): Promise<TurnDecision | undefined> {
  const found = await placementAgain(parts, conversation, REOPENED);
  if (found.action?.do === 'bot') return undefined;
  const moved = allowed(move(conversation, 'reopen_to_queue', parts.now(), { queueId: found.queueId }));
  const entries = [trace(conversation, back), ...found.trace];
  return rejoined(parts, conversation, found, opening(parts, conversation, moved, message, entries));
}

const REOPENED = 'reopened';

/** What begins with either way: what the bot and rules have found out before holds on, for who has it now. */
function opening(
  parts: ReopeningParts,
  conversation: ConversationDoc,
  moved: AllowedMove,
  { at }: Text,
  entries: readonly TracedEntry[],
): Changes & { move: AllowedMove } {
  const { session, skills, priority, handoff, locale } = conversation;
  const { set, unset } = nextSession(conversation, parts.now());
  const { language } = parts.settings.workstream(conversation.number);
  const summary = handoff?.summary ?? parts.systemText(locale ?? language, 'summary_reopened');
  return {
    move: moved,
    set: {
      ...set,
      reopens: session,
      priority,
      ...(skills ? { skills } : {}),
      handoff: { reason: REOPENED, summary, context: handoff?.context ?? '{}' },
      trace: traced({}, entries, parts.now()),
      unansweredSince: at,
    },
    unset,
  };
}

function trace({ session }: ConversationDoc, back: Return): TracedEntry {
  return { step: 'reopened', session, ...back };
}

function allowed(moved: Move): AllowedMove {
  if (!moved.allowed) throw new TypeError(moved.reason);
  return moved;
}

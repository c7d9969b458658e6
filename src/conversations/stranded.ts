import type { ConversationDoc, Store } from '../store/documents.ts';
import { backToQueue } from './absence.ts';
import { toldOfClosing, toldOfHours } from './automated-messages.ts';
import type { Decision } from './decision.ts';
import { type GuardedWrite, moved } from './guarded-write.ts';
import type { Settings } from './settings.ts';
import { placeOf } from './state.ts';
import { untakenFrom } from './timers.ts';

/** A queue or an agent that was deleted. */
export type Gone = { queueId: string } | { agentId: string };

export interface StrandedParts {
  store: Pick<Store, 'conversations' | 'queues' | 'agents' | 'workstreams'>;
  settings: Settings;
  now: () => number;
}

/**
 * Takes back what came to a queue or an agent while they were being deleted. Whoever deletes looks after the deletion, and
 * a transfer looks after its commit (`unlessGone`), so that one of the two sees the other. May be repeated, and is to be by
 * who finds them gone already: whoever deleted them may have died. Rejects, once the others are back, where one was not.
 */
export async function takeBackFrom(parts: StrandedParts, write: GuardedWrite, gone: Gone): Promise<void> {
  const { store } = parts;
  const found =
    'queueId' in gone
      ? await store.conversations.find({ queueId: gone.queueId, state: 'open' }).toArray()
      : await store.conversations
          .find({ agentId: gone.agentId, desk: { $in: ['active', 'waiting'] } })
          .toArray();
  const failures: unknown[] = [];
  for (const { _id } of found) {
    try {
      await write(_id, null, {}, (conversation) => back(parts, conversation, gone));
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** The conversation as it was transferred, or where it is now because whom it was transferred to was deleted meanwhile. */
export async function unlessGone(
  parts: StrandedParts,
  write: GuardedWrite,
  transferred: ConversationDoc,
  to: Gone,
): Promise<ConversationDoc> {
  const { store } = parts;
  const there =
    'queueId' in to
      ? await store.queues.findOne({ _id: to.queueId })
      : await store.agents.findOne({ _id: to.agentId });
  if (there) return transferred;
  return write(transferred._id, null, {}, (conversation) => back(parts, conversation, to));
}

/** Null when they do not have it any more. */
async function back(
  { store, settings, now }: StrandedParts,
  conversation: ConversationDoc,
  gone: Gone,
): Promise<Decision | null> {
  const set = { untakenAt: untakenFrom(settings, conversation, now()) };
  const place = placeOf(conversation);
  if ('agentId' in gone) {
    if (conversation.agentId !== gone.agentId || (place !== 'agent' && place !== 'waiting')) return null;
    const to = backToQueue(settings, conversation);
    const move = moved(conversation, 'requeue', now(), to);
    return {
      changes: { move, set },
      automated: toldOfClosing(settings.queue(to.queueId), conversation, now()),
    };
  }
  if (conversation.queueId !== gone.queueId || place !== 'open') return null;
  // What was read a second ago may still name the queue that is gone.
  const workstreams = await store.workstreams.find({}).toArray();
  const { queueId } =
    workstreams.find(({ numbers }) => numbers.includes(conversation.number)) ??
    workstreams.find(({ _id }) => _id === 'default') ??
    settings.workstream(conversation.number);
  const move = moved(conversation, 'transfer_to_queue', now(), { queueId, reason: 'assigned' });
  // Its skills were meant for the queue that is gone.
  return {
    changes: { move, set, unset: ['skills'] },
    automated: toldOfHours(settings.queue(queueId), now()),
  };
}

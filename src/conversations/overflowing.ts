import type { ConversationDoc } from '../store/documents.ts';
import type { OverflowAction } from '../store/queue.ts';
import { type Changes, OF_A_PERSONS_TURN } from './commit.ts';
import { handoffResult } from './handoff-result.ts';
import { endedSession } from './session.ts';
import { type AllowedMove, followedBy, move, type Reason } from './state.ts';

/** Why a queue does something: a rule that is asked before queueing, or one for a long wait. */
export type OverflowReason = Extract<Reason, 'overflow' | 'waited_too_long'>;

/**
 * What a queue that is closed, full or slow does with a conversation that waits in it, on top of `changes`; null when it
 * goes on waiting there. `conversation` is as it waits.
 */
export function overflowed(
  conversation: ConversationDoc,
  action: OverflowAction,
  { changes, reason }: { changes: Changes; reason: OverflowReason },
  now: number,
): Changes | null {
  switch (action.do) {
    case 'end': {
      const closing = whole(changes, move(conversation, 'close', now, { reason }));
      const end = { outcome: 'overflow', closedBy: { kind: 'system' } } as const;
      const { handoff = conversation.handoff } = changes.set ?? {};
      const session = { ...conversation, ...(handoff === undefined ? {} : { handoff }) };
      return { ...changes, move: closing, endedSession: endedSession(session, closing, end, now) };
    }
    case 'bot': {
      // A dialog whose answer to this is the next handoff would go round for ever.
      const before = conversation.stretches.some(
        (stretch) => stretch.place === 'bot' && OVERFLOW_REASONS.has(stretch.reason),
      );
      if (before) return null;
      const { handoff: _, skills: __, untakenAt: ___, ...set } = changes.set ?? {};
      return {
        ...changes,
        move: whole(changes, move(conversation, 'return', now, { reason })),
        set,
        unset: [...(changes.unset ?? []), ...OF_A_PERSONS_TURN],
        event: {
          id: `overflow:${conversation._id}:${conversation.version}`,
          name: 'returned',
          at: now,
          value: handoffResult(conversation, 'overflow'),
        },
      };
    }
    // Whoever decides has found the queue where the chain of them ends.
    case 'queue':
    case 'call_back':
    case 'assign':
      return null;
  }
}

/** A conversation that has waited too long, on top of `changes`, from now on in another queue. */
export function sentOn(
  conversation: ConversationDoc,
  queueId: string,
  changes: Changes,
  now: number,
): Changes & { move: AllowedMove } {
  const moved = move(conversation, 'transfer_to_queue', now, { queueId, reason: 'waited_too_long' });
  return { ...changes, move: whole(changes, moved) };
}

const OVERFLOW_REASONS: ReadonlySet<string> = new Set<OverflowReason>(['overflow', 'waited_too_long']);

function whole({ move: before }: Changes, then: ReturnType<typeof move>): AllowedMove {
  if (!then.allowed) throw new TypeError(then.reason);
  return followedBy(before, then);
}

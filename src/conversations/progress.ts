import type { ConversationDoc } from '../store/documents.ts';
import { notesBy } from './agent-messages.ts';
import type { Desk } from './desk.ts';
import { type Expected, type GuardedWrite, moved } from './guarded-write.ts';
import { type Actor, authorOf, mayActFor } from './rights.ts';
import { endedSession } from './session.ts';
import type { Transition } from './state.ts';

/** How the owner, or a supervisor, takes a conversation to its end: parked, taken up again, ended, closed. */
export function createProgress(
  { now }: { now: () => number },
  write: GuardedWrite,
): Pick<Desk, 'wait' | 'resume' | 'end' | 'close'> {
  const step = (
    transition: Transition,
    id: string,
    actor: Actor,
    expected: Expected = {},
  ): Promise<ConversationDoc> =>
    write(id, actor, expected, (conversation) => {
      mayActFor(actor, conversation);
      return { changes: { move: moved(conversation, transition, now()) } };
    });

  return {
    wait: (id, actor, expected) => step('wait', id, actor, expected),
    resume: (id, actor, expected) => step('resume', id, actor, expected),
    end: (id, actor, expected) => step('end', id, actor, expected),

    close: (id, actor, result, expected = {}) =>
      write(id, actor, expected, (conversation) => {
        mayActFor(actor, conversation);
        const { outcome = 'resolved', disposition, note } = result;
        const end = {
          outcome,
          closedBy: authorOf(actor),
          ...(disposition === undefined ? {} : { disposition }),
          ...(note === undefined ? {} : { note }),
        };
        const reason = conversation.agentId === actor.id ? 'agent_closed' : 'force_closed';
        const move = moved(conversation, 'close', now(), { reason });
        return {
          changes: {
            move,
            messages: notesBy(actor, conversation, result, now()),
            endedSession: endedSession(conversation, move, end, now()),
          },
        };
      }),
  };
}

import { SwitchboardError } from '../errors.ts';
import type { ConversationDoc } from '../store/documents.ts';
import type { Desk } from './desk.ts';
import { type GuardedWrite, moved } from './guarded-write.ts';
import { passedOverBy, tracedOutcome } from './offer-outcome.ts';
import { type Actor, mayKnow } from './rights.ts';

/** What an agent answers to a conversation that was put before them. */
export function createOffered(
  { now, rejected }: { now: () => number; rejected: (agentId: string) => Promise<unknown> },
  write: GuardedWrite,
): Pick<Desk, 'accept' | 'reject'> {
  return {
    accept: (id, actor, expected = {}) =>
      write(id, actor, expected, (conversation) => {
        if (conversation.agentId === actor.id && conversation.handler === 'agent') return null;
        mayAnswer(conversation, actor, now());
        const move = moved(conversation, 'accept', now(), { agentId: actor.id });
        const trace = tracedOutcome(conversation, actor.id, 'offer_accepted', now());
        return { changes: { move, set: { trace } } };
      }),

    reject: (id, actor, expected = {}) =>
      write(id, actor, expected, async (conversation) => {
        mayAnswer(conversation, actor, now());
        const move = moved(conversation, 'reject', now());
        // Before their room is free: another pass would put the next before who wants none. Not for what is refused as stale.
        if ((expected.version ?? conversation.version) === conversation.version) await rejected(actor.id);
        const set = passedOverBy(conversation, actor.id, 'offer_rejected', now());
        return { changes: { move, set, unset: ['offer'] } };
      }),
  };
}

/** Throws `offer_over` unless it is offered to the actor now; `forbidden` for who may not know whose it is. */
function mayAnswer(conversation: ConversationDoc, actor: Actor, now: number): void {
  const { offer, agentId, version, state } = conversation;
  if (offer?.agentId === actor.id && offer.until > now) return;
  mayKnow(actor, conversation);
  throw new SwitchboardError('offer_over', undefined, {
    details: { agentId: agentId ?? offer?.agentId ?? null, version, state },
  });
}

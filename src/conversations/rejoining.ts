import type { ConversationDoc } from '../store/documents.ts';
import type { BotSideParts } from './bot-side.ts';
import type { Changes } from './commit.ts';
import type { TurnDecision } from './decision.ts';
import { overflowed } from './overflowing.ts';
import { type Placement, placementBy } from './placement.ts';
import type { AllowedMove } from './state.ts';
import { untakenFrom } from './timers.ts';

export type RejoiningParts = Pick<BotSideParts, 'store' | 'settings' | 'now' | 'random'>;

/**
 * Where a conversation goes that a text brings back to the queue that it was in last, that of its workstream where it was in
 * none or that is gone; and what the queue does with it when it is closed or full. Rules of the workstream are of handoffs:
 * they have said where it belongs.
 */
export function placementAgain(
  parts: RejoiningParts,
  { customer, number, locale, queueId, skills = [], priority }: ConversationDoc,
  reason: string,
): Promise<Placement> {
  const { language, queueId: fallbackQueueId } = parts.settings.workstream(number);
  return placementBy(
    parts,
    { compiled: { classification: [], routes: [] }, asksWaiting: false, fallbackQueueId },
    {
      customer,
      number,
      locale: locale ?? language,
      queue: queueId ?? null,
      reason,
      context: {},
      skills,
      priority,
    },
  );
}

/** It waits in that queue with what `joining` changes beside; or whatever the queue does instead. */
export function rejoined(
  parts: RejoiningParts,
  conversation: ConversationDoc,
  { action, said }: Pick<Placement, 'action' | 'said'>,
  joining: Changes & { move: AllowedMove },
): TurnDecision {
  const { settings, now } = parts;
  const queued: Changes = {
    ...joining,
    set: {
      ...joining.set,
      untakenAt: untakenFrom(settings, conversation, now()),
      ...(action?.do === 'assign' ? { assignAnyway: true } : {}),
    },
  };
  const waiting = { ...conversation, ...joining.move.fields, ...queued.set };
  const overflowing = action && overflowed(waiting, action, { changes: queued, reason: 'overflow' }, now());
  return { changes: overflowing ?? queued, outcome: 'recorded', automated: said };
}

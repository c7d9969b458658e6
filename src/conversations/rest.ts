import type { UpdateFilter } from '../store/collection.ts';
import type { ConversationDoc } from '../store/documents.ts';
import type { Settings } from './settings.ts';
import { timersOf } from './timers.ts';

/**
 * When a worker is to look at a conversation next, once what was committed is copied: in the past where something
 * waits in it now, infinity where nothing will happen by itself.
 */
export function nextLook(conversation: ConversationDoc, settings: Settings): number {
  if (conversation.events.length > 0) return 0;
  const timer = timersOf(conversation, settings)[0];
  return Math.min(timer?.at ?? Number.POSITIVE_INFINITY, textAt(conversation));
}

/** When the next text of the customer may be handled: at once, unless they text too fast. */
export function textAt({ inbox, pace }: Pick<ConversationDoc, 'inbox' | 'pace'>): number {
  if (inbox.length === 0) return Number.POSITIVE_INFINITY;
  return pace?.slowUntil ?? 0;
}

/**
 * The update that lets a conversation rest until then: all that was committed is copied, and nobody works on it. To be
 * written under the version and the `wake` that this was decided on: with another one, there is something new.
 */
export function restingUntil(next: number): UpdateFilter<ConversationDoc> {
  const comes = next < Number.POSITIVE_INFINITY;
  return {
    $set: {
      pending: [],
      handled: [],
      endedSessions: [],
      touched: [],
      leaseUntil: 0,
      attempts: 0,
      ...(comes ? { dueAt: next } : {}),
    },
    $unset: {
      leaseId: true,
      surveyed: true,
      masked: true,
      ...(comes ? {} : { dueAt: true }),
    },
  };
}

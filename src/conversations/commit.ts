import type { ConversationDoc, PendingMessage, SessionDoc } from '../store/documents.ts';
import type { AllowedMove } from './state.ts';

/** What a decision changes in a conversation. Absent = as it was. */
export interface Changes {
  move?: AllowedMove;
  set?: Partial<
    Pick<
      ConversationDoc,
      | 'locale'
      | 'chosenLocale'
      | 'session'
      | 'sessionStartedAt'
      | 'priority'
      | 'queuedAt'
      | 'handoff'
      | 'botState'
      | 'lastMessageAt'
      | 'timers'
    >
  >;
  unset?: ('queuedAt' | 'handoff' | 'botState')[];
  messages?: PendingMessage[];
  endedSession?: SessionDoc;
}

export interface ConversationUpdate {
  $set: Partial<ConversationDoc>;
  $inc: { version: number; epoch?: number };
  $unset?: { [K in keyof ConversationDoc]?: true };
}

/**
 * The decision as an update of the conversation document, whose version grows. To be written under a filter on the
 * version that it was made on. The messages and the ended session are the writer's to add: a turn replaces what is
 * pending, since it has copied it; an agent's write appends.
 */
export function conversationUpdate(changes: Changes, now: number): ConversationUpdate {
  const $set: Partial<ConversationDoc> = { ...changes.set, changedAt: now };
  const $unset: ConversationUpdate['$unset'] = {};
  for (const field of changes.unset ?? []) $unset[field] = true;
  if (changes.move) {
    const { state, handler, desk, agentId, queueId } = changes.move.fields;
    $set.state = state;
    if (handler === undefined) $unset.handler = true;
    else $set.handler = handler;
    if (desk === undefined) $unset.desk = true;
    else $set.desk = desk;
    if (agentId === undefined) $unset.agentId = true;
    else $set.agentId = agentId;
    if (queueId === undefined) $unset.queueId = true;
    else $set.queueId = queueId;
  }
  const sequences = (changes.messages ?? []).map(({ sequence }) => sequence);
  if (sequences.some((sequence) => sequence > 0)) $set.lastSequence = Math.max(...sequences);
  return {
    $set,
    $inc: changes.move?.ownerChanged ? { version: 1, epoch: 1 } : { version: 1 },
    ...(Object.keys($unset).length > 0 ? { $unset } : {}),
  };
}

import type { Bot, HandoffStatus, TurnInput } from '../bot-turn.ts';
import type { ConversationDoc, ConversationEvent, Store } from '../store/documents.ts';
import { type BotSideParts, toldOf } from './bot-side.ts';
import type { TurnDecision } from './decision.ts';
import { ownQueue } from './own-queue.ts';
import { positionOf } from './position.ts';

/**
 * Lets the bot hear what became of its handoff. It may keep something in its state, and no more: the conversation is
 * somebody else's, or closed, so its texts, another handoff and an end are dropped.
 */
export async function tellStatus(
  parts: Pick<BotSideParts, 'settings'> & { store: Pick<Store, 'conversations'> },
  conversation: ConversationDoc,
  event: ConversationEvent,
  bot: Bot,
): Promise<TurnDecision> {
  const told: HandoffStatus = JSON.parse(event.value);
  const position = told.state === 'queued' ? await positionOf(parts.store, conversation) : null;
  const input: TurnInput = {
    conversation: toldOf(parts.settings, conversation),
    queue: { ...ownQueue(parts.settings, conversation.number, event.at), waiting: null },
    activity: {
      type: 'event',
      id: event.id,
      name: 'handoff.status',
      at: event.at,
      value: position === null ? told : { ...told, position },
    },
    botState: conversation.botState ?? null,
    hidden: conversation.hidden ?? null,
  };
  try {
    const { botState } = await bot(input);
    return {
      changes: botState === null ? { unset: ['botState'] } : { set: { botState } },
      outcome: 'recorded',
    };
  } catch {
    // Told of as in `botTurn`.
    return { changes: {}, outcome: 'bot_failed' };
  }
}

import type { Bot, HandoffStatus, TurnInput } from '../bot-turn.ts';
import type { ConversationDoc, ConversationEvent, Store } from '../store/documents.ts';
import type { BotSideParts } from './bot-side.ts';
import type { Changes } from './commit.ts';

/** A position beyond it is told as none: nobody is helped by it, and counting takes time. */
const MOST_AHEAD = 1000;

/**
 * Lets the bot hear what became of its handoff. It may keep something in its state, and no more: the conversation is
 * somebody else's, or closed, so its texts, another handoff and an end are dropped. When it fails, that is logged.
 */
export async function tellStatus(
  parts: Pick<BotSideParts, 'settings' | 'botFailed'> & { store: Pick<Store, 'conversations'> },
  conversation: ConversationDoc,
  event: ConversationEvent,
  bot: Bot,
): Promise<{ changes: Changes; outcome: 'recorded' | 'bot_failed' }> {
  const { _id: id, channelId, number, customer, session } = conversation;
  const locale = conversation.chosenLocale ?? parts.settings.workstream(number).language;
  const told: HandoffStatus = JSON.parse(event.value);
  const position = told.state === 'queued' ? await positionOf(parts.store, conversation) : undefined;
  const input: TurnInput = {
    conversation: { id, channelId, number, customer, session, locale },
    activity: {
      type: 'event',
      id: event.id,
      name: 'handoff.status',
      at: event.at,
      value: position === undefined ? told : { ...told, position },
    },
    botState: conversation.botState ?? null,
  };
  try {
    const { botState } = await bot(input);
    return {
      changes: botState === null ? { unset: ['botState'] } : { set: { botState } },
      outcome: 'recorded',
    };
  } catch (error) {
    parts.botFailed(error, id);
    return { changes: {}, outcome: 'bot_failed' };
  }
}

/** 1 = next. Undefined when it does not wait any more. */
async function positionOf(
  store: Pick<Store, 'conversations'>,
  { state, queueId, turnAt }: ConversationDoc,
): Promise<number | undefined> {
  if (state !== 'open' || queueId === undefined || turnAt === undefined) return undefined;
  const ahead = { queueId, state: 'open' as const, turnAt: { $lt: turnAt } };
  const count = await store.conversations.countDocuments(ahead, { limit: MOST_AHEAD });
  return count < MOST_AHEAD ? count + 1 : undefined;
}

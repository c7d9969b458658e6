import type { Bot, TurnActivity, TurnOutput } from '../bot-turn.ts';
import type { ConversationDoc, Store } from '../store/documents.ts';
import type { Changes } from './commit.ts';
import { outgoingMessages, type Split } from './compose.ts';
import { endedSession } from './session.ts';
import type { Settings } from './settings.ts';
import { type AllowedMove, followedBy, type Move, move, placeOf } from './state.ts';

/** Keys of the service's own texts, in `locales/<language>/system.json`. */
export type SystemText = (locale: string, key: 'apology_bot_failed' | 'summary_bot_failed') => string;

export interface BotSideParts {
  store: Pick<Store, 'queues'>;
  split: Split;
  systemText: SystemText;
  settings: Settings;
  now: () => number;
  /** Told of the error of a bot's turn; the customer is apologised to and handed over. */
  botFailed: (error: unknown, conversationId: string) => void;
}

/**
 * Runs the bot on one activity and turns its answer into changes of the conversation. An error of the bot becomes
 * an apology and a handoff with the reason `bot_failed`, so this rejects only when the store does.
 *
 * `conversation` is as it will be when `opening` (what the activity itself changes) is committed.
 */
export async function botTurn(
  parts: BotSideParts,
  conversation: ConversationDoc,
  bot: Bot,
  activity: TurnActivity,
  opening: Changes = {},
): Promise<{ changes: Changes; outcome: 'answered' | 'bot_failed' }> {
  const locale = conversation.chosenLocale ?? parts.settings.workstream(conversation.number).language;
  const botState = conversation.botState ?? null;
  let output: TurnOutput;
  let outcome: 'answered' | 'bot_failed' = 'answered';
  try {
    const { _id: id, channelId, number, customer, session } = conversation;
    output = await bot({
      conversation: { id, channelId, number, customer, session, locale },
      activity,
      botState,
    });
  } catch (error) {
    parts.botFailed(error, conversation._id);
    output = failedOutput(parts.systemText, locale, botState);
    outcome = 'bot_failed';
  }
  return { changes: await changesOf(parts, conversation, locale, activity, output, opening), outcome };
}

function failedOutput(systemText: SystemText, locale: string, botState: string | null): TurnOutput {
  return {
    texts: [systemText(locale, 'apology_bot_failed')],
    botState,
    locale: null,
    handoff: {
      queue: null,
      reason: 'bot_failed',
      summary: systemText(locale, 'summary_bot_failed'),
      context: {},
      untakenAfter: null,
    },
    ended: null,
  };
}

async function changesOf(
  parts: BotSideParts,
  conversation: ConversationDoc,
  locale: string,
  activity: TurnActivity,
  output: TurnOutput,
  opening: Changes,
): Promise<Changes> {
  const now = parts.now();
  const changes: Changes = {
    ...opening,
    set: {
      ...opening.set,
      ...(output.botState === null ? {} : { botState: output.botState }),
      ...(output.locale === null ? { locale } : { locale: output.locale, chosenLocale: output.locale }),
    },
    unset: [...(opening.unset ?? []), ...(output.botState === null ? (['botState'] as const) : [])],
    messages: outgoingMessages(
      conversation,
      { cause: activity.id, author: { kind: 'bot' }, texts: output.texts },
      parts.split,
      now,
    ),
  };
  if (changes.messages?.length) changes.set = { ...changes.set, lastMessageAt: now };

  const place = placeOf(conversation);
  if (output.handoff && place === 'bot') return handedOff(parts, conversation, output.handoff, changes, now);
  if (output.ended) {
    const closing = allowed(
      place === 'bot'
        ? move(conversation, 'bot_ended', now)
        : move(conversation, 'close', now, { reason: 'bot_ended' }),
    );
    if (!closing) return changes;
    const whole = followedBy(opening.move, closing);
    return {
      ...changes,
      move: whole,
      endedSession: endedSession(
        conversation,
        whole,
        { outcome: output.ended.outcome, closedBy: { kind: 'bot' } },
        now,
      ),
    };
  }
  return changes;
}

async function handedOff(
  parts: BotSideParts,
  conversation: ConversationDoc,
  handoff: NonNullable<TurnOutput['handoff']>,
  changes: Changes,
  now: number,
): Promise<Changes> {
  const workstream = parts.settings.workstream(conversation.number);
  const queue =
    (handoff.queue === null ? null : await parts.store.queues.findOne({ _id: handoff.queue })) ??
    (await parts.store.queues.findOne({ _id: workstream.queueId }));
  // A queue that is in no list would hide the conversation, so the workstream's takes what names an unknown one.
  const queueId = queue?._id ?? workstream.queueId;
  const moved = allowed(move(conversation, 'handoff', now, { queueId }));
  if (!moved) return changes;
  const { reason, summary, context, untakenAfter } = handoff;
  return {
    ...changes,
    move: followedBy(changes.move, moved),
    set: {
      ...changes.set,
      priority: queue?.priority ?? 0,
      handoff: { reason, summary, context: JSON.stringify(context) },
      // No handoff waits unseen, also when the bot names no time: a word of the customer, a bot that failed.
      untakenAt: now + (untakenAfter ?? workstream.settings.times.untaken * 1000),
    },
  };
}

function allowed(moved: Move): AllowedMove | undefined {
  return moved.allowed ? moved : undefined;
}

import type { Bot, TurnActivity, TurnOutput } from '../bot-turn.ts';
import type { ConversationDoc } from '../store/documents.ts';
import type { AutomatedMessage } from '../store/workstream.ts';
import type { Changes } from './commit.ts';
import { outgoingMessages, type Split } from './compose.ts';
import { overflowed } from './overflowing.ts';
import { type PlacementParts, placement } from './placement.ts';
import { endedSession } from './session.ts';
import { type AllowedMove, followedBy, type Move, move, placeOf } from './state.ts';
import { traced } from './trace.ts';

/** Keys of the service's own texts, in `locales/<language>/system.json`. */
export type SystemText = (locale: string, key: 'apology_bot_failed' | 'summary_bot_failed') => string;

/** What a turn changes, and what the service itself says with it. */
export interface Said {
  changes: Changes;
  automated?: AutomatedMessage[];
}

export interface BotSideParts extends PlacementParts {
  split: Split;
  systemText: SystemText;
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
): Promise<Said & { outcome: 'answered' | 'bot_failed' }> {
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
  return { ...(await changesOf(parts, conversation, locale, activity, output, opening)), outcome };
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
    waitsAt: null,
  };
}

async function changesOf(
  parts: BotSideParts,
  conversation: ConversationDoc,
  locale: string,
  activity: TurnActivity,
  output: TurnOutput,
  opening: Changes,
): Promise<Said> {
  const now = parts.now();
  const changes: Changes = {
    ...opening,
    set: {
      ...opening.set,
      ...(output.botState === null ? {} : { botState: output.botState }),
      ...(output.waitsAt === null ? {} : { botSteps: stepsTo(conversation, output.waitsAt) }),
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
  const place = placeOf(conversation);
  // That it waits for a person goes on, whatever the bot says of it, or it would never close.
  if (changes.messages?.length && place === 'bot') changes.set = { ...changes.set, lastMessageAt: now };

  if (output.handoff && place === 'bot') return handedOff(parts, conversation, output.handoff, changes, now);
  if (output.ended) {
    const closing = allowed(
      place === 'bot'
        ? move(conversation, 'bot_ended', now)
        : move(conversation, 'close', now, { reason: 'bot_ended' }),
    );
    if (!closing) return { changes };
    const whole = followedBy(opening.move, closing);
    const end = { outcome: output.ended.outcome, closedBy: { kind: 'bot' } } as const;
    return {
      changes: {
        ...changes,
        move: whole,
        endedSession: endedSession({ ...conversation, ...changes.set }, whole, end, now),
      },
    };
  }
  return { changes };
}

/** A bot that goes round in circles has been everywhere by then. */
const MOST_STEPS = 50;

/** The steps at which the bot has waited in this session, each once; the last is where it waits now. */
function stepsTo({ session, botSteps }: ConversationDoc, step: string): ConversationDoc['botSteps'] {
  const before = botSteps?.session === session ? botSteps.steps : [];
  if (before.at(-1) === step) return { session, steps: before };
  return { session, steps: [...before.filter((one) => one !== step), step].slice(-MOST_STEPS) };
}

/** Into the queue that routing finds; or, where that is closed or full, what it does instead. */
async function handedOff(
  parts: BotSideParts,
  conversation: ConversationDoc,
  handoff: NonNullable<TurnOutput['handoff']>,
  changes: Changes,
  now: number,
): Promise<Said> {
  const { reason, summary, context, untakenAfter } = handoff;
  const found = await placement(parts, conversation, handoff);
  const { queueId, priority, action, said } = found;
  const moved = allowed(move(conversation, 'handoff', now, { queueId }));
  if (!moved) return { changes };
  const { untaken } = parts.settings.workstream(conversation.number).settings.times;
  const queued: Changes = {
    ...changes,
    move: followedBy(changes.move, { ...moved, stretches: handedOver(moved, reason) }),
    set: {
      ...changes.set,
      priority,
      handoff: { reason, summary, context: JSON.stringify({ ...context, ...found.variables }) },
      ...(found.skills.length > 0 ? { skills: found.skills } : {}),
      trace: traced({}, found.trace, now),
      // No handoff waits unseen, also when the bot names no time: a word of the customer, a bot that failed.
      untakenAt: now + (untakenAfter ?? untaken * 1000),
      ...(action?.do === 'assign' ? { assignAnyway: true } : {}),
    },
  };
  const overflowing = action && overflowed({ ...conversation, ...moved.fields }, action, queued, now);
  return { changes: overflowing ?? queued, automated: said };
}

/** The history keeps why, also once the conversation is the bot's again and its handoff is gone. */
function handedOver({ stretches }: AllowedMove, handoff: string): AllowedMove['stretches'] {
  return stretches.map((stretch) => ({ ...stretch, handoff }));
}

function allowed(moved: Move): AllowedMove | undefined {
  return moved.allowed ? moved : undefined;
}

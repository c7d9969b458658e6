import type { Bot, TurnActivity, TurnInput, TurnOutput } from '../bot-turn.ts';
import type { ConversationDoc } from '../store/documents.ts';
import type { AutomatedMessage } from '../store/workstream.ts';
import type { Changes } from './commit.ts';
import { outgoingMessages, type Split } from './compose.ts';
import type { TurnDecision } from './decision.ts';
import { overflowed } from './overflowing.ts';
import { MOST_FOR_BOTS, ownQueue, waitingIn } from './own-queue.ts';
import { type PlacementParts, placement } from './placement.ts';
import { endedSession, nextSession } from './session.ts';
import type { Settings } from './settings.ts';
import { type AllowedMove, followedBy, type Move, move, placeOf } from './state.ts';
import { traced } from './trace.ts';

/** Keys of the service's own texts, in `locales/<language>/system.json`. */
export type SystemText = (
  locale: string,
  key: 'apology_bot_failed' | 'summary_bot_failed' | 'summary_reopened' | 'note_muted',
) => string;

export interface BotSideParts extends PlacementParts {
  split: Split;
  systemText: SystemText;
  /** Whether the bot is told how many wait in the queue of its number. */
  asksWaiting: () => boolean;
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
): Promise<TurnDecision> {
  const about = toldOf(parts.settings, conversation);
  const { locale } = about;
  const botState = conversation.botState ?? null;
  const own = ownQueue(parts.settings, conversation.number, activity.at);
  const waiting = parts.asksWaiting() ? await waitingIn(parts.store, own.id, MOST_FOR_BOTS) : null;
  let output: TurnOutput;
  let outcome: TurnDecision['outcome'] = 'answered';
  try {
    output = await bot({
      conversation: about,
      queue: { ...own, waiting },
      activity,
      botState,
      hidden: conversation.hidden ?? null,
    });
  } catch {
    // Whoever made the bot tells of what it threw: `botFor` in turn.ts.
    output = failedOutput(parts.systemText, locale, botState, conversation);
    outcome = 'bot_failed';
  }
  return { ...(await changesOf(parts, conversation, locale, activity, output, opening)), outcome };
}

/** A turn of the bot in its own right: after `closed`, it opens the next session. */
export async function botSpeaks(
  parts: BotSideParts,
  conversation: ConversationDoc,
  moved: AllowedMove,
  bot: Bot,
  activity: TurnActivity,
): ReturnType<typeof botTurn> {
  const opened: ConversationDoc = { ...conversation, ...moved.fields };
  if (placeOf(conversation) !== 'closed') return botTurn(parts, opened, bot, activity, { move: moved });
  const { set, unset } = nextSession(conversation, parts.now());
  // Also where it ends or is handed over in its first turn.
  Object.assign(opened, set, { stretches: moved.stretches });
  for (const field of unset) Reflect.deleteProperty(opened, field);
  return botTurn(parts, opened, bot, activity, { move: moved, set, unset });
}

/** What a bot is told of a conversation. */
export function toldOf(settings: Settings, conversation: ConversationDoc): TurnInput['conversation'] {
  const { _id: id, channelId, number, customer, session, chosenLocale } = conversation;
  const { language, queueId, settings: own } = settings.workstream(number);
  // Those who answer there have said where they are.
  const timeZone = settings.queue(queueId)?.hours?.timeZone ?? 'UTC';
  const locale = chosenLocale ?? language;
  const about = { id, channelId, number, customer, session, locale, timeZone };
  return own.dialog === null ? about : { ...about, dialog: own.dialog };
}

function failedOutput(
  systemText: SystemText,
  locale: string,
  botState: string | null,
  { hidden, hidesNext }: ConversationDoc,
): TurnOutput {
  return {
    texts: [systemText(locale, 'apology_bot_failed')],
    botState,
    locale: null,
    handoff: {
      queue: null,
      reason: 'bot_failed',
      summary: systemText(locale, 'summary_bot_failed'),
      context: {},
      skills: [],
      priority: null,
      unlessClosed: false,
      untakenAfter: null,
    },
    ended: null,
    waitsAt: null,
    wakeAt: null,
    hidden: hidesNext ? { text: true, next: false, state: hidden ?? null } : null,
  };
}

async function changesOf(
  parts: BotSideParts,
  conversation: ConversationDoc,
  locale: string,
  activity: TurnActivity,
  output: TurnOutput,
  opening: Changes,
): Promise<Omit<TurnDecision, 'outcome'>> {
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
  const { hidden } = output;
  if (hidden) {
    const { text } = hidden;
    const state = output.ended ? null : hidden.state;
    const next = hidden.next && place === 'bot' && !output.handoff && !output.ended;
    changes.set = {
      ...changes.set,
      ...(state === null ? {} : { hidden: state }),
      ...(next ? { hidesNext: true } : {}),
    };
    changes.unset = [
      ...(changes.unset ?? []),
      ...(state === null ? (['hidden'] as const) : []),
      ...(next ? [] : (['hidesNext'] as const)),
    ];
    if (text && activity.type === 'message') changes.masked = true;
  }
  if (place === 'bot') {
    const { wakeAt, handoff, ended } = output;
    if (wakeAt === null || handoff || ended) changes.unset = [...(changes.unset ?? []), 'wakeAt'];
    else changes.set = { ...changes.set, wakeAt: Math.max(wakeAt, now + SOONEST) };
  }
  // That it waits for a person goes on, whatever the bot says of it, or it would never close.
  if (changes.messages?.length && place === 'bot') changes.set = { ...changes.set, lastMessageAt: now };

  if (output.handoff && place === 'bot') {
    return handedOff(parts, conversation, output.handoff, changes, activity, now);
  }
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
      asked: output.ended.survey ? ['survey'] : [],
    };
  }
  return { changes };
}

/** Milliseconds. A bot that asks for a time that has passed would else be woken without a pause. */
const SOONEST = 1000;

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
  activity: TurnActivity,
  now: number,
): Promise<Omit<TurnDecision, 'outcome'>> {
  const { reason, summary, context, untakenAfter } = handoff;
  const found = await placement(parts, conversation, handoff);
  const { queueId, priority, action, said, lacksQueue } = found;
  const told = new Set<AutomatedMessage>(handoff.knowsClosed ? ['out_of_hours', 'holiday'] : []);
  if (handoff.unlessClosed && found.closed) {
    const id = `closed:${conversation._id}:${conversation.version}`;
    const value = JSON.stringify(found.closed);
    return { changes: { ...changes, event: { id, name: 'closed', at: now, value } }, lacksQueue };
  }
  const moved = allowed(move(conversation, 'handoff', now, { queueId }));
  if (!moved) return { changes, lacksQueue };
  const { untaken } = parts.settings.workstream(conversation.number).settings.times;
  const queued: Changes = {
    ...changes,
    move: followedBy(changes.move, { ...moved, stretches: handedOver(moved, reason) }),
    set: {
      ...changes.set,
      priority,
      // No person has answered it yet: should it come back to the queue, it is where it was in the line.
      unansweredSince: activity.type === 'message' ? activity.at : now,
      handoff: { reason, summary, context: JSON.stringify({ ...context, ...found.variables }) },
      ...(found.skills.length > 0 ? { skills: found.skills } : {}),
      trace: traced({}, found.trace, now),
      // No handoff waits unseen, also when the bot names no time: a word of the customer, a bot that failed.
      untakenAt: now + (untakenAfter ?? untaken * 1000),
      ...(action?.do === 'assign' ? { assignAnyway: true } : {}),
    },
  };
  const overflowing =
    action &&
    overflowed({ ...conversation, ...moved.fields }, action, { changes: queued, reason: 'overflow' }, now);
  return { changes: overflowing ?? queued, automated: said.filter((kind) => !told.has(kind)), lacksQueue };
}

/** The history keeps why, also once the conversation is the bot's again and its handoff is gone. */
function handedOver({ stretches }: AllowedMove, handoff: string): AllowedMove['stretches'] {
  return stretches.map((stretch) => ({ ...stretch, handoff }));
}

function allowed(moved: Move): AllowedMove | undefined {
  return moved.allowed ? moved : undefined;
}

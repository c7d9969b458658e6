import type { Bot } from '../bot-turn.ts';
import type { ConversationDoc, MessageDoc, PendingMessage, Store } from '../store/documents.ts';
import { backToQueue } from './absence.ts';
import { type BotSideParts, botSpeaks } from './bot-side.ts';
import type { Changes } from './commit.ts';
import { noteMessage } from './compose.ts';
import { type ConsentSideParts, consentAnswer } from './consent-side.ts';
import { NOTHING, type TurnDecision } from './decision.ts';
import { paceAfter } from './flood.ts';
import { askedInQueue } from './queue-side.ts';
import { placementAgain, rejoined } from './rejoining.ts';
import { type ReopeningParts, reopened } from './reopening-side.ts';
import { type MoodOf, moodsAfter } from './sentiment.ts';
import { type AllowedMove, move, placeOf } from './state.ts';
import { type SurveyParts, surveyAnswer } from './survey.ts';
import { traced } from './trace.ts';

export interface TextSideParts extends BotSideParts, ConsentSideParts, ReopeningParts, SurveyParts {
  store: Pick<Store, 'conversations' | 'messages' | 'sessions' | 'queues' | 'agents' | 'optouts'>;
  moodOf: MoodOf;
  /** Told of a customer’s number that texts without an end: the bot says nothing for a while. */
  muted: (conversationId: string, correlationId: string) => void;
}

/** What a text of the customer comes to: for whom it is, and what they, or the service, make of it. */
export async function decideText(
  parts: TextSideParts,
  conversation: ConversationDoc,
  message: MessageDoc,
  bot: Bot,
): Promise<TurnDecision> {
  const { settings } = parts.settings.workstream(conversation.number);
  const flood = paceAfter(conversation.pace, settings.flood, message.at, parts.now());
  const made = await unpaced(parts, conversation, message, bot, flood.muted);
  const mood = moodAfter(parts, conversation, message, made.changes);
  const decided = mood === null ? made : { ...made, changes: merged(made.changes, mood) };
  if (flood.pace === undefined && conversation.pace === undefined) return decided;
  const paced: Changes = flood.pace ? { set: { pace: flood.pace } } : { unset: ['pace'] };
  const changes = merged(decided.changes, paced);
  if (!flood.begins) return { ...decided, changes };
  const note = mutedNote(parts, conversation, message);
  return {
    ...decided,
    changes: { ...changes, messages: [...(changes.messages ?? []), note] },
    committed: (correlationId) => parts.muted(conversation._id, correlationId),
  };
}

/** What a text says of its customer's mood; null for an answer to the service, for what nobody is to read, and for nothing. */
function moodAfter(
  { settings, moodOf }: TextSideParts,
  { state, moods, number, locale }: ConversationDoc,
  { consent, text }: MessageDoc,
  { move: moved, set, masked }: Changes,
): Changes | null {
  if (masked || consent !== undefined || (state === 'closed' && !moved)) return null;
  const before = set?.session === undefined ? moods : undefined;
  const after = moodsAfter(before, moodOf(locale ?? settings.workstream(number).language, text));
  if (after) return { set: { moods: after } };
  return before ? { unset: ['moods'] } : null;
}

/** So that whoever opens the conversation knows why nobody answers. */
function mutedNote(parts: TextSideParts, conversation: ConversationDoc, { _id }: MessageDoc): PendingMessage {
  const { language } = parts.settings.workstream(conversation.number);
  const text = parts.systemText(language, 'note_muted');
  return noteMessage(conversation, { cause: `muted:${_id}`, author: { kind: 'system' }, text }, parts.now());
}

/** `muted`: a person may answer the text, nobody else. */
async function unpaced(
  parts: TextSideParts,
  conversation: ConversationDoc,
  message: MessageDoc,
  bot: Bot,
  muted: boolean,
): Promise<TurnDecision> {
  const consent = await consentAnswer(parts, conversation, message);
  // STOP and START change something, and once at that: they are answered.
  const asked = muted && message.consent !== 'stop' && message.consent !== 'start' ? [] : consent?.asked;
  if (consent?.whole) {
    return {
      ...consent,
      changes: { ...consent.changes, ...unheard(conversation, message) },
      asked: asked ?? [],
    };
  }
  const decided = await withoutConsent(parts, conversation, message, bot, muted);
  if (!consent) return decided;
  return { ...decided, changes: merged(decided.changes, consent.changes), asked: asked ?? [] };
}

/** A text that the bot has asked for as its alone is for nobody else where the bot is not asked about it either. */
function unheard({ hidesNext }: ConversationDoc, { consent }: MessageDoc): Changes {
  return hidesNext && consent === undefined ? { masked: true } : {};
}

/** Both sets of changes; where a text is for a person, and answered by the service beside. */
function merged(one: Changes, other: Changes): Changes {
  return {
    ...one,
    ...other,
    set: { ...one.set, ...other.set },
    unset: [...(one.unset ?? []), ...(other.unset ?? [])],
  };
}

/** What a text comes to beside what it says about texts. */
async function withoutConsent(
  parts: TextSideParts,
  conversation: ConversationDoc,
  message: MessageDoc,
  bot: Bot,
  muted: boolean,
): Promise<TurnDecision> {
  const { language } = parts.settings.workstream(conversation.number);
  const notToBot = muted
    ? undefined
    : ((await surveyAnswer({ ...parts, language }, conversation, message)) ??
      askedInQueue({ ...parts, language }, conversation, message, parts.now()) ??
      (await reopened(parts, conversation, message)));
  if (notToBot) return notToBot;
  if (await isAgentGone(parts, conversation)) return backInQueue(parts, conversation, message, muted);
  const moved = move(conversation, 'message', parts.now());
  if (!moved.allowed) return NOTHING;
  if (muted && moved.place === 'bot') return { ...NOTHING, changes: unheard(conversation, message) };
  if (moved.place !== 'bot')
    return { changes: forAPerson(conversation, message, moved), outcome: 'recorded' };
  return botSpeaks(parts, conversation, moved, bot, {
    type: 'message',
    id: message._id,
    text: message.text,
    at: message.at,
    // A copy: Bot Framework’s middleware writes into it.
    channelData: structuredClone(message.provider),
  });
}

function forAPerson(
  { unansweredSince }: ConversationDoc,
  { at }: MessageDoc,
  moved: AllowedMove,
): Changes & { move: AllowedMove } {
  return {
    move: moved,
    set: { unansweredSince: unansweredSince ?? at },
    unset: ['answerFailed', 'remindedAt'],
  };
}

/** Whether the one who parked it, or ended it, is not there: else the text brings it to them. */
async function isAgentGone({ store }: TextSideParts, conversation: ConversationDoc): Promise<boolean> {
  const { agentId } = conversation;
  const place = placeOf(conversation);
  if (place !== 'waiting' && place !== 'wrap_up') return false;
  const agent = agentId === undefined ? null : await store.agents.findOne({ _id: agentId });
  return !agent || agent.presence === 'offline';
}

/**
 * Into the queue that it was in last; what that does when it is closed or full, it does as with every handoff. Not where
 * the customer is muted: it would be a text, or the end, and somebody is to look at it.
 */
async function backInQueue(
  parts: TextSideParts,
  conversation: ConversationDoc,
  message: MessageDoc,
  muted: boolean,
): Promise<TurnDecision> {
  const reason = 'agent_gone';
  const found = muted
    ? { ...backToQueue(parts.settings, conversation), action: null, said: [], trace: [] }
    : await placementAgain(parts, conversation, reason);
  const moved = move(conversation, 'requeue', parts.now(), { reason, queueId: found.queueId });
  if (!moved.allowed) return NOTHING;
  const { set, ...changes } = forAPerson(conversation, message, moved);
  const trace = traced(conversation, found.trace, parts.now());
  return rejoined(parts, conversation, found, { ...changes, set: { ...set, trace } });
}

import type { ConversationDoc, PendingMessage, Store } from '../store/documents.ts';
import type { AutomatedMessage, AutomatedSetting } from '../store/workstream.ts';
import type { Changes } from './commit.ts';
import { outgoingMessages, type Split } from './compose.ts';
import type { Settings } from './settings.ts';

export type AutomatedValues = { [name: string]: string | number };

/** The text of an automated message; `own` are the workstream's, by language, and stand before the locale files'. */
export type AutomatedText = (
  locale: string,
  kind: AutomatedMessage,
  values: AutomatedValues,
  own: AutomatedSetting['texts'],
) => string;

export interface AutomatedParts {
  store: Pick<Store, 'agents' | 'queues'>;
  settings: Settings;
  split: Split;
  automatedText: AutomatedText;
  now: () => number;
}

/**
 * Adds to a decision what the service itself says to the customer on the way: that they wait, who answers them now, that
 * the session has ended. It leaves with the decision's own texts, after them and in the same order. `kinds` are added
 * to those that the move itself brings.
 */
export async function withAutomated(
  parts: AutomatedParts,
  conversation: ConversationDoc,
  changes: Changes,
  kinds: readonly AutomatedMessage[] = [],
): Promise<Changes> {
  const { settings } = parts.settings.workstream(conversation.number);
  const on = [...kindsOf(changes), ...kinds].filter((kind) => settings.messages[kind]?.on);
  if (on.length === 0) return changes;
  const values = await valuesOf(parts, conversation, changes);
  const messages = [...(changes.messages ?? [])];
  for (const kind of on)
    messages.push(...compose(parts, conversation, { ...changes, messages }, kind, values));
  return { ...changes, messages, set: { ...changes.set, lastMessageAt: parts.now() } };
}

function compose(
  { settings, automatedText, split, now }: AutomatedParts,
  conversation: ConversationDoc,
  { set, move, messages = [] }: Changes,
  kind: AutomatedMessage,
  values: AutomatedValues,
): PendingMessage[] {
  const workstream = settings.workstream(conversation.number);
  const { session = conversation.session, locale = conversation.locale ?? workstream.language } = set ?? {};
  const own = workstream.settings.messages[kind]?.texts ?? {};
  const last = Math.max(conversation.lastSequence, ...messages.map(({ sequence }) => sequence));
  return outgoingMessages(
    {
      ...conversation,
      session,
      lastSequence: last,
      epoch: conversation.epoch + (move?.ownerChanged ? 1 : 0),
    },
    {
      // The version makes it once: a decision on the same version is the same decision, or is void.
      cause: `auto:${kind}:${conversation._id}:${conversation.version}`,
      author: { kind: 'system' },
      texts: [automatedText(locale, kind, values, own)],
    },
    split,
    now(),
  );
}

function kindsOf({ move, messages = [] }: Changes): AutomatedMessage[] {
  const last = move?.stretches.at(-1);
  if (!move || !last) return [];
  switch (last.place) {
    case 'bot':
      if (last.reason === 'customer_left') return ['left'];
      return move.from === 'closed' ? ['greeting'] : [];
    case 'open':
      if (move.from === 'agent' || move.from === 'waiting') return ['transferred', 'position'];
      // A bot that has just said that a person will answer has said it.
      return messages.some(({ direction }) => direction === 'out') ? ['position'] : ['queued', 'position'];
    case 'agent':
      if (last.reason === 'transferred') return ['transferred'];
      return move.from === 'open' || move.from === 'bot' ? ['assigned'] : [];
    case 'closed':
      return closingKinds(last.reason);
    case 'waiting':
    case 'wrap_up':
      return [];
  }
}

function closingKinds(reason: string): AutomatedMessage[] {
  switch (reason) {
    case 'customer_inactive':
      return ['inactivity_closed'];
    case 'overflow': // whoever decides it knows whether the queue is closed or full
    case 'bot_ended':
      return [];
    default:
      return ['ended', 'survey'];
  }
}

async function valuesOf(
  { store, settings }: AutomatedParts,
  conversation: ConversationDoc,
  { move }: Changes,
): Promise<AutomatedValues> {
  const { agentId, queueId } = move?.fields ?? conversation;
  const agent = agentId === undefined ? null : await store.agents.findOne({ _id: agentId });
  const queue = queueId === undefined ? undefined : settings.queue(queueId);
  return {
    ...(agent ? { agent: agent.name } : {}),
    ...(queue ? { queue: queue.name } : {}),
  };
}

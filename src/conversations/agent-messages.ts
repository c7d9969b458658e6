import { SwitchboardError } from '../errors.ts';
import type { ConversationDoc, MessageDoc, PendingMessage, Store } from '../store/documents.ts';
import type { Changes } from './commit.ts';
import { noteMessage, outgoingMessages, type Split } from './compose.ts';
import type { Desk } from './desk.ts';
import { type GuardedWrite, moved, written } from './guarded-write.ts';
import { heldAtOnce } from './held.ts';
import type { NewsSource } from './news.ts';
import { type Actor, authorOf, hasJoined, mayKnow, mayOwn } from './rights.ts';
import { answered } from './session.ts';

export interface AgentMessageParts {
  store: Pick<Store, 'messages' | 'optouts'>;
  split: Split;
  now: () => number;
  news?: NewsSource;
}

/** What an agent writes: to the customer, or for colleagues. */
export function createAgentMessages(
  parts: AgentMessageParts,
  write: GuardedWrite,
): Pick<Desk, 'reply' | 'note'> {
  const { store, split, now } = parts;
  return {
    async reply(id, actor, { text, key }) {
      const draft = { cause: `agent:${key}`, author: authorOf(actor), texts: [text] };
      let messages: MessageDoc[] = [];
      await write(id, actor, {}, async (conversation) => {
        const at = now();
        const made = outgoingMessages(conversation, draft, split, at);
        messages = made;
        if (made.length === 0) throw new SwitchboardError('invalid_request', 'The text is empty.');
        const known = await Promise.all(made.map(({ _id }) => written(store, conversation, _id)));
        // All parts are committed at once: where one is, all are. It may be somebody else's conversation by now.
        const before = known.filter((part) => part !== undefined);
        if (before.length > 0) {
          messages = before;
          return null;
        }
        const joined = hasJoined(actor, conversation);
        if (!joined) mayOwn(actor, conversation);
        const move = moved(conversation, 'reply', at);
        const held = await heldAtOnce(parts, made);
        if (held) {
          messages = held;
          return { changes: { messages: held } };
        }
        const changes: Changes = { messages: made, ...answered(conversation, at) };
        // Beside its owner one says something; what is parked stays so, and costs its owner no capacity.
        return { changes: joined ? changes : { ...changes, move } };
      });
      return messages;
    },

    async note(id, actor, { text, key, mentions }) {
      let note: MessageDoc | undefined;
      await write(id, actor, {}, async (conversation) => {
        const made = noteBy(actor, conversation, { text, key, ...(mentions && { mentions }) }, now());
        const before = await written(store, conversation, made._id);
        note = before ?? made;
        if (before) return null;
        mayKnow(actor, conversation);
        return { changes: { messages: [made] } };
      });
      if (!note) throw new SwitchboardError('internal');
      return note;
    },
  };
}

/** The note that an agent leaves with what they do, if they leave one. */
export function notesBy(
  actor: Actor,
  conversation: ConversationDoc,
  { note: text, key, mentions }: { note?: string; key: string; mentions?: string[] },
  now: number,
): PendingMessage[] {
  if (text === undefined) return [];
  return [noteBy(actor, conversation, { text, key, ...(mentions && { mentions }) }, now)];
}

/** A note of an agent; `key` makes its id. */
export function noteBy(
  actor: Actor,
  conversation: ConversationDoc,
  { key, ...note }: { text: string; key: string; mentions?: string[] },
  now: number,
): PendingMessage {
  return noteMessage(conversation, { cause: key, author: authorOf(actor), ...note }, now);
}

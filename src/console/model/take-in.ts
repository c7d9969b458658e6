import { splitText } from '../../telesign/text.ts';
import type { StreamEvent } from './event-lines.ts';
import { newerConversation, withMessages } from './newer.ts';
import type { Outgoing, State } from './state.ts';
import type { Colleague, Conversation, Mention, Message, QueueNow, Typing } from './types.ts';

/** What an event asks for beyond the state: a sound, a notice, lists to be read anew. */
export interface News {
  messages: Message[];
  conversations: { before: Conversation | undefined; now: Conversation }[];
  mentions: Mention[];
  reset: boolean;
}

/** Puts events into the state. An event that brings nothing new is no news. */
export function takeIn(state: State, events: readonly StreamEvent[]): News {
  const news: News = { messages: [], conversations: [], mentions: [], reset: false };
  for (const { name, data } of events) {
    switch (name) {
      case 'conversation': {
        const got: Conversation = JSON.parse(data);
        const before = state.conversations.get(got.id);
        if (takeConversation(state, got)) news.conversations.push({ before, now: got });
        break;
      }
      case 'message': {
        const got: Message = JSON.parse(data);
        if (takeMessages(state, got.conversationId, [got])) news.messages.push(got);
        break;
      }
      case 'queue': {
        const queue: QueueNow & { deleted?: boolean } = JSON.parse(data);
        if (queue.deleted) state.queues.delete(queue.id);
        else state.queues.set(queue.id, queue);
        break;
      }
      case 'presence': {
        const colleague: Colleague & { deleted?: boolean } = JSON.parse(data);
        takeColleague(state, colleague);
        break;
      }
      case 'typing': {
        const typing: Typing = JSON.parse(data);
        state.typing.set(`${typing.conversationId} ${typing.agentId}`, typing);
        break;
      }
      case 'mention':
        news.mentions.push(JSON.parse(data));
        break;
      case 'reset':
        news.reset = true;
        break;
    }
  }
  return news;
}

/** Whether it is newer than what is there. */
export function takeConversation(state: State, got: Conversation): boolean {
  const have = state.conversations.get(got.id);
  if (newerConversation(have, got) === have) return false;
  state.conversations.set(got.id, got);
  return true;
}

function takeColleague(state: State, colleague: Colleague & { deleted?: boolean }): void {
  if (colleague.deleted) state.colleagues.delete(colleague.agentId);
  else state.colleagues.set(colleague.agentId, colleague);
  if (state.me?.id !== colleague.agentId) return;
  const { name, presence, presenceId, load } = colleague;
  state.me = { ...state.me, name, presence, presenceId, load };
}

/** Whether any of them is newer than what is there. Of a conversation whose messages nobody has read, nothing is kept. */
export function takeMessages(state: State, conversationId: string, got: readonly Message[]): boolean {
  const transcript = state.transcripts.get(conversationId);
  for (const message of got) {
    if (message.author.kind === 'agent') forgetTyping(state, message);
    const isKnown = transcript?.messages.some(({ id }) => id === message.id);
    if (message.author.id === state.me?.id && !isKnown) arrived(state, message);
  }
  if (transcript === undefined) return true;
  const messages = withMessages(transcript.messages, got);
  if (messages === transcript.messages) return false;
  state.transcripts.set(conversationId, { ...transcript, messages });
  return true;
}

function forgetTyping(state: State, { conversationId, author }: Message): void {
  state.typing.delete(`${conversationId} ${author.id}`);
}

/**
 * The service has a text of mine: it is no longer on its way, and must not stand there twice. A long one leaves as several
 * parts; the first says that all are there.
 */
function arrived(state: State, message: Message): void {
  const waiting = state.outgoing.get(message.conversationId) ?? [];
  const isIt = ({ note, text, after }: Outgoing) =>
    message.at > after &&
    note === (message.direction === 'note') &&
    message.text === (note ? text : splitText(text)[0]?.text);
  const at = waiting.findIndex(isIt);
  if (at !== -1) state.outgoing.set(message.conversationId, waiting.toSpliced(at, 1));
}

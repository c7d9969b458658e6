import type { Conversation, Message } from './types.ts';

/** What to keep of two reports about one thing: events come at least once, and a list may be newer than an event. */

/** The same version says the same. */
export function newerConversation(have: Conversation | undefined, got: Conversation): Conversation {
  return have === undefined || got.version > have.version ? got : have;
}

const EARLY: ReadonlySet<Message['status']> = new Set(['queued', 'sending']);

/** A message only moves forward. */
function newerMessage(have: Message | undefined, got: Message): Message {
  if (have === undefined) return got;
  const goesBack =
    (EARLY.has(got.status) && !EARLY.has(have.status)) ||
    (have.status === 'delivered' && got.status === 'sent') ||
    (have.status === 'handled' && got.status === 'received');
  const same = have.status === got.status && have.session === got.session && (have.resent || !got.resent);
  return goesBack || same ? have : got;
}

const inOrder = new Intl.Collator('en', { numeric: true });

/** The order of a transcript: by time; parts of one text, which have the same, by their number. */
function compareMessages(a: Message, b: Message): number {
  return a.at === b.at ? inOrder.compare(a.id, b.id) : a.at < b.at ? -1 : 1;
}

/** The messages with these in their places, each once. The same array when nothing is new. */
export function withMessages(have: readonly Message[], got: readonly Message[]): readonly Message[] {
  const byId = new Map(have.map((message) => [message.id, message]));
  let changed = false;
  for (const message of got) {
    const before = byId.get(message.id);
    const after = newerMessage(before, message);
    if (after === before) continue;
    byId.set(message.id, after);
    changed = true;
  }
  return changed ? [...byId.values()].sort(compareMessages) : have;
}

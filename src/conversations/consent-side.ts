import type { ConsentWord, ConversationDoc, MessageDoc, OptoutDoc, Store } from '../store/documents.ts';
import type { AutomatedMessage } from '../store/workstream.ts';
import type { Changes } from './commit.ts';
import { entryOf } from './consent.ts';
import { placeOf } from './state.ts';

export interface ConsentSideParts {
  store: Pick<Store, 'optouts'>;
  /** Whether a text that is no STOP may mean it: "please stop texting me", "STOP 12345". */
  stopWish: (text: string) => boolean;
  /** Whether TeleSign itself answers this word on the channel, where it has marked the text as such. */
  answeredByProvider: (channelId: string, word: ConsentWord) => boolean;
}

/** What a text says about texts. `whole` = that is all there is to do about it; else `asked` comes beside its own course. */
export interface ConsentDecision {
  whole: boolean;
  changes: Changes;
  outcome: 'recorded';
  asked: AutomatedMessage[];
}

/**
 * What STOP, START and HELP do to their conversation, and what may mean STOP; undefined for every other text. STOP and
 * START are in the ledger since they came in: here they are answered, once, since the ledger knows which text it was
 * that changed something. A bot answers HELP itself, where it has the conversation: it knows what it had asked.
 */
export async function consentAnswer(
  parts: ConsentSideParts,
  conversation: ConversationDoc,
  message: Pick<MessageDoc, '_id' | 'text' | 'consent' | 'provider'>,
): Promise<ConsentDecision | undefined> {
  const { consent, text } = message;
  const unclear = consent === undefined && parts.stopWish(text);
  if (consent === undefined && !unclear) return undefined;
  const entry = await entryOf(parts.store, conversation._id);
  const out = entry?.state === 'out';
  const place = placeOf(conversation);
  const bots = place === 'bot' || place === 'closed';
  const silent = consent !== undefined && answered(parts, conversation, message, consent);
  const say = (kind: AutomatedMessage): AutomatedMessage[] => (silent ? [] : [kind]);
  const changes = shown(entry);
  switch (consent) {
    case 'stop':
      return whole(changes, changedBy(entry, message._id) ? say('opted_out') : []);
    case 'start': {
      if (!changedBy(entry, message._id)) return undefined;
      // What the bot had asked may have been held: it asks again.
      const event = {
        id: `started:${message._id}`,
        name: 'returned',
        at: entry?.at ?? 0,
        value: '{}',
      } as const;
      return whole(place === 'bot' ? { ...changes, event } : changes, say('opted_in'));
    }
    case 'help':
      if (bots && !out) return silent ? whole(changes, []) : undefined;
      return { ...whole(changes, say('help')), whole: bots };
    case undefined:
      // Somebody who wants no texts says so once more: there is nothing to ask.
      return { ...whole(changes, out ? [] : ['stop_unclear']), whole: bots };
  }
}

function answered(
  { answeredByProvider }: ConsentSideParts,
  { channelId }: ConversationDoc,
  { provider }: Pick<MessageDoc, 'provider'>,
  word: ConsentWord,
): boolean {
  return provider?.action === word && answeredByProvider(channelId, word);
}

function changedBy(entry: OptoutDoc | null, cause: string): boolean {
  return entry?.history.some((record) => record.cause === cause && record.changed) ?? false;
}

/** The conversation’s copy of the ledger. */
export function shown(entry: OptoutDoc | null): Changes {
  if (entry?.state === 'out') return { set: { optedOutAt: entry.at } };
  return { ...(entry ? { set: { optedInAt: entry.at } } : {}), unset: ['optedOutAt'] };
}

function whole(changes: Changes, asked: AutomatedMessage[]): ConsentDecision {
  return { whole: true, changes, outcome: 'recorded', asked };
}

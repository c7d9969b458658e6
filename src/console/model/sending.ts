import { type Ask, isKept, pathOf } from './api.ts';
import type { Outgoing, Store } from './state.ts';
import { takeMessages } from './take-in.ts';
import type { T } from './texts.ts';
import type { Message } from './types.ts';

/** Texts on their way to the service. */
export interface Sending {
  /** The text shows at once; what the service says of it comes later. */
  send: (conversationId: string, text: string, note: boolean) => Promise<void>;
  sendAgain: (conversationId: string, key: string) => Promise<void>;
  discard: (conversationId: string, key: string) => void;
}

/** What this tab remembers over a reload, by name. */
export interface Memory {
  recall: (name: string) => string | null;
  /** Null forgets it. */
  keep: (name: string, value: string | null) => void;
}

/** Milliseconds; the service takes a few. A connection that hangs would hold up the texts behind this one for ever. */
const LONGEST_WAIT = 15_000;

/**
 * What has no answer is kept in this tab, with its key, and `restore` puts it back after a reload: what this agent had
 * sent stands there again, to be tried again or not.
 */
export function createSending(parts: {
  store: Store;
  ask: Ask;
  t: T;
  randomId: () => string;
  explain: (error: unknown) => string;
  memory: Memory;
}): Sending & { restore: (agentId: string) => void } {
  const { store, ask, t, randomId, explain, memory } = parts;
  let name: string | undefined;
  let kept: string | undefined;
  /** When the last text of a conversation has its answer. */
  const ends = new Map<string, Promise<void>>();
  store.listen(() => {
    if (name === undefined) return;
    const waiting = JSON.stringify([...store.state.outgoing].filter(([, texts]) => texts.length > 0));
    if (waiting === kept) return;
    kept = waiting;
    memory.keep(name, waiting === '[]' ? null : waiting);
  });

  /** Null takes the text with this key off its way. */
  function put(conversationId: string, key: string, now: Outgoing | null): void {
    const others = (store.state.outgoing.get(conversationId) ?? []).filter((one) => one.key !== key);
    store.change((state) => {
      state.outgoing.set(conversationId, now === null ? others : [...others, now]);
    });
  }

  /** It shows at once, and leaves when the one before it has its answer: the customer reads them as they were written. */
  function deliver(conversationId: string, { key, text, note, after }: Outgoing): Promise<void> {
    const leaving = { key, text, note, after };
    put(conversationId, key, leaving);
    const before = ends.get(conversationId) ?? Promise.resolve();
    const end = before.then(() => post(conversationId, leaving));
    ends.set(conversationId, end);
    return end;
  }

  /** Never rejects. */
  async function post(conversationId: string, { key, text, note, after }: Outgoing): Promise<void> {
    try {
      const made = await ask<Message & { parts?: Message[] }>(
        'POST',
        pathOf('conversations', conversationId, '/messages'),
        { text, note },
        { key, within: LONGEST_WAIT },
      );
      store.change((state) => {
        takeMessages(state, conversationId, made.parts ?? [made]);
      });
      put(conversationId, key, null);
    } catch (error) {
      // An event has told meanwhile that the service has it.
      if (!store.state.outgoing.get(conversationId)?.some((one) => one.key === key)) return;
      // The same key sends nothing twice, whatever became of it. Its kept answer it would get for ever.
      const next = isKept(error) ? randomId() : key;
      put(conversationId, key, { key: next, text, note, after, refused: explain(error) });
    }
  }

  return {
    async send(conversationId, text, note) {
      const after = store.state.transcripts.get(conversationId)?.messages.at(-1)?.at ?? '';
      await deliver(conversationId, { key: randomId(), text, note, after });
    },
    async sendAgain(conversationId, key) {
      const again = store.state.outgoing.get(conversationId)?.find((one) => one.key === key);
      if (again) await deliver(conversationId, again);
    },
    discard: (conversationId, key) => put(conversationId, key, null),
    restore(agentId) {
      // Who signs in again has it all on the page.
      if (name !== undefined) return;
      name = `switchboard.sent.${agentId}`;
      const before: [conversationId: string, texts: Outgoing[]][] = JSON.parse(memory.recall(name) ?? '[]');
      store.change((state) => {
        for (const [id, texts] of before) {
          const unanswered = texts.map((one) => ({ ...one, refused: one.refused ?? t('thread.no_answer') }));
          state.outgoing.set(id, unanswered);
        }
      });
    },
  };
}

import { type Ask, isKept, pathOf } from './api.ts';
import type { Outgoing, Store } from './state.ts';
import { takeMessages } from './take-in.ts';
import type { Message } from './types.ts';

/** Texts on their way to the service. */
export interface Sending {
  /** The text shows at once; what the service says of it comes later. */
  send: (conversationId: string, text: string, note: boolean) => Promise<void>;
  sendAgain: (conversationId: string, key: string) => Promise<void>;
  discard: (conversationId: string, key: string) => void;
}

export function createSending(parts: {
  store: Store;
  ask: Ask;
  randomId: () => string;
  explain: (error: unknown) => string;
}): Sending {
  const { store, ask, randomId, explain } = parts;

  const without = (conversationId: string, key: string) =>
    (store.state.outgoing.get(conversationId) ?? []).filter((one) => one.key !== key);

  /** Null takes the text with this key off its way. */
  function put(conversationId: string, key: string, now: Outgoing | null): void {
    const others = without(conversationId, key);
    store.change((state) => {
      state.outgoing.set(conversationId, now === null ? others : [...others, now]);
    });
  }

  async function deliver(conversationId: string, { key, text, note }: Outgoing): Promise<void> {
    put(conversationId, key, { key, text, note });
    try {
      const made = await ask<Message & { parts?: Message[] }>(
        'POST',
        pathOf('conversations', conversationId, '/messages'),
        { text, note },
        { key },
      );
      store.change((state) => {
        takeMessages(state, conversationId, made.parts ?? [made]);
      });
      put(conversationId, key, null);
    } catch (error) {
      // The same key sends nothing twice, whatever became of it. Its kept answer it would get for ever.
      const next = isKept(error) ? randomId() : key;
      put(conversationId, key, { key: next, text, note, refused: explain(error) });
    }
  }

  return {
    send: (conversationId, text, note) => deliver(conversationId, { key: randomId(), text, note }),
    async sendAgain(conversationId, key) {
      const again = store.state.outgoing.get(conversationId)?.find((one) => one.key === key);
      if (again) await deliver(conversationId, again);
    },
    discard: (conversationId, key) => put(conversationId, key, null),
  };
}

import { type Ask, pathOf, query, Refusal } from './api.ts';
import { isBeside } from './lists.ts';
import type { State, Store, Transcript } from './state.ts';
import { takeConversation, takeMessages } from './take-in.ts';
import type { Conversation, Message, Page } from './types.ts';

/** Reads lists and transcripts into the state. All reject with `Refusal` or `Unreachable`. */
export interface Loading {
  /** My conversations, those that I am beside and those that wait; then what of the rest left our sight meanwhile. */
  loadLists: () => Promise<void>;
  /** What the bot has. */
  loadBot: () => Promise<void>;
  search: (
    fields: Record<string, string>,
    cursor?: string,
  ) => Promise<{ ids: string[]; cursor: string | null }>;
  /** One conversation that may be in no list, with its newest messages. */
  open: (id: string) => Promise<void>;
  loadOlder: (id: string) => Promise<void>;
}

/** Messages in a page: more than a screen shows. */
const PAGE = 50;

/** Of my own conversations the messages are there before they are opened. */
const READ_AHEAD = 10;

/** Pages of 200 that wait: whoever is further down is taken from the queue sooner than found in a list. */
const MOST_PAGES = 10;

export function createLoading({ store, ask }: { store: Store; ask: Ask }): Loading {
  let listing = 0;

  async function page(fields: Record<string, string | number | undefined>): Promise<Page<Conversation>> {
    const found = await ask<Page<Conversation>>('GET', `/api/conversations${query(fields)}`);
    store.change((state) => {
      for (const one of found.items) takeConversation(state, one);
    });
    return found;
  }

  async function pages(
    fields: Record<string, string>,
    most: number,
    stale: () => boolean,
  ): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | null | undefined;
    for (let n = 0; n < most && cursor !== null && !stale(); n++) {
      const found: Page<Conversation> = await page({ ...fields, limit: 200, cursor: cursor ?? undefined });
      ids.push(...found.items.map(({ id }) => id));
      cursor = found.cursor;
    }
    return ids;
  }

  /** Reads a page of messages into a transcript; `take` says what of it is new beside them. */
  async function readMessages(
    id: string,
    cursor: string | undefined,
    take: (state: State, page: Page<Message>) => void,
  ): Promise<void> {
    store.change((state) => setTranscript(state, id, { loading: true }));
    try {
      const path = pathOf('conversations', id, `/messages${query({ order: 'newest', limit: PAGE, cursor })}`);
      const found = await ask<Page<Message>>('GET', path);
      store.change((state) => {
        take(state, found);
        takeMessages(state, id, found.items);
      });
    } finally {
      store.change((state) => setTranscript(state, id, { loading: false }));
    }
  }

  async function readTranscript(id: string): Promise<void> {
    if (store.state.transcripts.get(id)?.loading) return;
    await readMessages(id, undefined, (state, { items, cursor }) => {
      const before = state.transcripts.get(id);
      // What was read long ago need not meet what was read now: only then its older pages still follow.
      const meets = before?.messages.some((one) => items.some((other) => other.id === one.id)) ?? false;
      if (before?.older === undefined) setTranscript(state, id, { older: cursor });
      else if (!meets) setTranscript(state, id, { messages: [], older: cursor });
    });
  }

  /** Also says what became of one that is not in our sight any more. */
  async function readOne(id: string): Promise<void> {
    try {
      const one = await ask<Conversation>('GET', pathOf('conversations', id));
      store.change((state) => {
        takeConversation(state, one);
      });
    } catch (error) {
      if (!(error instanceof Refusal) || (error.status !== 403 && error.status !== 404)) throw error;
      store.change((state) => {
        state.conversations.delete(id);
      });
    }
  }

  return {
    async loadLists() {
      const { me } = store.state;
      if (me === null) return;
      listing += 1;
      const turn = listing;
      const stale = () => turn !== listing;
      const known = [...store.state.conversations.values()].filter(
        (one) =>
          one.state === 'open' || (one.agentId === me.id && one.state !== 'closed') || isBeside(one, me),
      );
      const mine = (state: string) => pages({ state, agent: me.id }, 2, stale);
      const open = pages({ state: 'open' }, 1, stale);
      const beside = pages({ beside: me.id }, 1, stale);
      const lists = await Promise.all([mine('active'), mine('waiting'), mine('wrap_up'), open, beside]);
      store.change((state) => {
        state.loaded = true;
      });
      const shown = [...store.state.transcripts.keys()];
      const [active = []] = lists;
      await Promise.all([...new Set([...shown, ...active.slice(0, READ_AHEAD)])].map(readTranscript));
      const waiting = lists[3].length < 200 ? lists[3] : await pages({ state: 'open' }, MOST_PAGES, stale);
      if (stale()) return;
      const found = new Set([...lists.flat(), ...waiting]);
      for (const { id } of known) if (!found.has(id)) await readOne(id);
    },
    async loadBot() {
      await page({ state: 'active', limit: 100 });
    },
    async search(fields, cursor) {
      const found = await page({ ...fields, limit: 50, ...(cursor === undefined ? {} : { cursor }) });
      return { ids: found.items.map(({ id }) => id), cursor: found.cursor };
    },
    async open(id) {
      await Promise.all([
        store.state.conversations.has(id) ? undefined : readOne(id),
        store.state.transcripts.get(id)?.older === undefined ? readTranscript(id) : undefined,
      ]);
    },
    async loadOlder(id) {
      const transcript = store.state.transcripts.get(id);
      if (transcript === undefined || transcript.loading || typeof transcript.older !== 'string') return;
      await readMessages(id, transcript.older, (state, { cursor }) =>
        setTranscript(state, id, { older: cursor }),
      );
    },
  };
}

function setTranscript(state: State, id: string, change: Partial<Transcript>): void {
  const { messages, older, loading } = state.transcripts.get(id) ?? {
    messages: [],
    older: undefined,
    loading: false,
  };
  state.transcripts.set(id, { messages, older, loading, ...change });
}

import { type Ask, query } from './api.ts';
import type { Store } from './state.ts';
import type { MentionList } from './types.ts';

/** Keeps the notes that name me in the state. All reject with `Refusal` or `Unreachable`. */
export interface Mentions {
  /** The newest, as many as were there and `more`, and how many are unseen. */
  loadMentions: (more?: number) => Promise<void>;
  loadOlderMentions: () => Promise<void>;
  /** I have looked at the list as it is. */
  seeMentions: () => Promise<void>;
}

const PAGE = 20;

/** As many as the service gives at once. */
const MOST = 200;

export function createMentions({ store, ask }: { store: Store; ask: Ask }): Mentions {
  let reading = 0;
  const page = (limit: number, cursor?: string) =>
    ask<MentionList>('GET', `/api/mentions${query({ limit, cursor })}`);

  async function loadMentions(more = 0): Promise<void> {
    reading += 1;
    const turn = reading;
    const before = store.state.mentions;
    const mentions = await page(Math.min(MOST, Math.max(PAGE, before.items.length + more)));
    // What was asked for later knows more.
    if (turn !== reading) return;
    // Older ones have come meanwhile, and stay.
    if (store.state.mentions !== before) return loadMentions(more);
    store.change((state) => {
      state.mentions = mentions;
    });
  }

  async function loadOlderMentions(): Promise<void> {
    const before = store.state.mentions;
    if (before.cursor === null) return;
    const older = await page(PAGE, before.cursor);
    if (store.state.mentions !== before) return loadOlderMentions();
    store.change((state) => {
      state.mentions = { ...older, items: [...before.items, ...older.items] };
    });
  }

  return {
    loadMentions,
    loadOlderMentions,
    async seeMentions() {
      const { items, unseen } = store.state.mentions;
      const until = items[0]?.at;
      if (until === undefined || unseen === 0) return;
      await ask('PUT', '/api/mentions/seen', { until });
      await loadMentions();
    },
  };
}

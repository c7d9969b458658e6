import { type Ask, query } from './api.ts';
import type { Store } from './state.ts';
import type { MentionList } from './types.ts';

/** Keeps the notes that name me in the state. All reject with `Refusal` or `Unreachable`. */
export interface Mentions {
  /** The newest, and how many are unseen. */
  loadMentions: () => Promise<void>;
  loadOlderMentions: () => Promise<void>;
  /** I have looked at the list as it is. */
  seeMentions: () => Promise<void>;
}

const PAGE = 20;

export function createMentions({ store, ask }: { store: Store; ask: Ask }): Mentions {
  let reading = 0;
  const page = (cursor?: string) => ask<MentionList>('GET', `/api/mentions${query({ limit: PAGE, cursor })}`);

  async function loadMentions(): Promise<void> {
    reading += 1;
    const turn = reading;
    const mentions = await page();
    // What was asked for later knows more.
    if (turn !== reading) return;
    store.change((state) => {
      state.mentions = mentions;
    });
  }

  return {
    loadMentions,
    async loadOlderMentions() {
      const before = store.state.mentions;
      if (before.cursor === null) return;
      const older = await page(before.cursor);
      store.change((state) => {
        if (state.mentions === before)
          state.mentions = { ...older, items: [...before.items, ...older.items] };
      });
    },
    async seeMentions() {
      const { items, unseen } = store.state.mentions;
      const until = items[0]?.at;
      if (until === undefined || unseen === 0) return;
      await ask('PUT', '/api/mentions/seen', { until });
      await loadMentions();
    },
  };
}

import type { CollectionName, Store } from '../store/documents.ts';

/** What a look reads: collections, or the settings as this process read them last. */
export type Source = CollectionName | 'settings';

/** How a loop knows that a look would find nothing. */
export interface Rest {
  /** A look begins: what changes from here on, it may not have seen. */
  begin(): void;
  /**
   * Resolves as soon as a look may find something: at once when something has changed since the last one, else with the
   * next change, at the time of what is due next, or when `signal` aborts. Rejects when the store does.
   */
  over(signal: AbortSignal): Promise<void>;
}

/** `nextAt`: when the first of what is there is due, as far as nothing changes; milliseconds since 1970. */
export type RestOf = (sources: readonly Source[], nextAt: () => Promise<number>) => Rest;

export interface Stillness {
  /** Undefined where other processes write too: there a loop has to look again and again. */
  restOf: RestOf | undefined;
  /** Something of a source has changed. Writes to the store need not be told. */
  changed(source: Source): void;
  /** Ends all rests: the clock was set, so that anything may be due. */
  wake(): void;
}

/** Milliseconds. A look costs little, and one too many finds what nobody thought of. */
const LONGEST = 60_000;

/** Lets loops rest for as long as their looks would find nothing. */
export function createStillness(parts: {
  store: Pick<Store, 'onChange'>;
  now: () => number;
  /** Resolves after `timeout` milliseconds, or when the signal aborts. */
  sleep: (timeout: number, signal: AbortSignal) => Promise<void>;
}): Stillness {
  const { store, now, sleep } = parts;
  const resting = new Map<Source, Set<() => void>>();

  const changed = (source: Source) => {
    for (const note of resting.get(source) ?? []) note();
  };

  const restOf: RestOf = (sources, nextAt) => {
    let news = true;
    let waking: AbortController | undefined;
    const note = () => {
      news = true;
      waking?.abort();
    };
    for (const source of sources) {
      const noted = resting.get(source) ?? new Set();
      resting.set(source, noted.add(note));
    }
    return {
      begin() {
        news = false;
      },
      async over(signal) {
        if (news) return;
        const timeout = Math.min((await nextAt()) - now(), LONGEST);
        if (news || timeout <= 0 || signal.aborted) return;
        waking = new AbortController();
        signal.addEventListener('abort', note, { once: true });
        await sleep(timeout, waking.signal);
        signal.removeEventListener('abort', note);
        waking = undefined;
      },
    };
  };

  store.onChange?.(changed);
  return {
    restOf: store.onChange && restOf,
    changed,
    wake() {
      for (const source of resting.keys()) changed(source);
    },
  };
}

import { createEventReader, type StreamEvent } from './event-lines.ts';

/** Milliseconds. The service writes something every 15 s: a connection that is silent for longer is dead. */
const SILENT = 40_000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 8_000;

export type Link = 'connecting' | 'live' | 'lost' | 'signed-out';

export interface Stream {
  /** Tries at once, if it is waiting to. */
  retry: () => void;
  close: () => void;
}

/**
 * Follows the event stream for as long as it is not closed: connects again after a break with the last id that it has,
 * so that nothing is missed. `onLink` hears how it stands; `onOpen` that it is open (again): what is read from then on
 * is kept up to date by events.
 */
export function followEvents(parts: {
  fetch: typeof fetch;
  onEvents: (events: StreamEvent[]) => void;
  onOpen: () => void;
  onLink: (link: Link) => void;
  setTimer: (run: () => void, milliseconds: number) => number;
  clearTimer: (timer: number) => void;
}): Stream {
  const { onEvents, onOpen, onLink, setTimer, clearTimer } = parts;
  let lastId: string | null = null;
  let wait = FIRST_WAIT;
  let closed = false;
  let timer: number | undefined;
  let current: AbortController | undefined;

  async function read(signal: AbortSignal, alive: () => void): Promise<'again' | 'signed-out'> {
    const response = await parts.fetch('/api/events', {
      headers: { accept: 'text/event-stream', ...(lastId === null ? {} : { 'last-event-id': lastId }) },
      signal,
    });
    if (response.status === 401) return 'signed-out';
    if (!response.ok || response.body === null) return 'again';
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const feed = createEventReader();
    onLink('live');
    onOpen();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 'again';
      wait = FIRST_WAIT;
      alive();
      const events = feed(value);
      for (const { id } of events) if (id !== null) lastId = id;
      if (events.length > 0) onEvents(events);
    }
  }

  async function connect(): Promise<void> {
    timer = undefined;
    const abort = new AbortController();
    current = abort;
    let watchdog = setTimer(() => abort.abort(), SILENT);
    const alive = () => {
      clearTimer(watchdog);
      watchdog = setTimer(() => abort.abort(), SILENT);
    };
    const outcome = await read(abort.signal, alive).catch(() => 'again' as const);
    clearTimer(watchdog);
    if (closed) return;
    onLink(outcome === 'again' ? 'lost' : outcome);
    if (outcome === 'signed-out') return;
    timer = setTimer(() => void connect(), wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }

  onLink('connecting');
  void connect();
  return {
    retry() {
      if (timer === undefined) return current?.abort();
      clearTimer(timer);
      wait = FIRST_WAIT;
      void connect();
    },
    close() {
      closed = true;
      if (timer !== undefined) clearTimer(timer);
      current?.abort();
    },
  };
}

import type { ServerResponse } from 'node:http';
import type { Actor } from '../conversations/rights.ts';

export type EventName = 'conversation' | 'message' | 'queue' | 'presence' | 'typing' | 'mention' | 'reset';

/** A reader who is this far behind is cut. It comes back with its last id and gets the latest of everything. */
const MAX_BUFFERED = 1024 * 1024;

/** Milliseconds for a reader to take in what was written, while it is caught up. */
const DRAIN_TIME = 10_000;

/** Who listens, and what shows that they still may. */
export interface Listener {
  actor: Actor;
  /** Undefined for who signed in elsewhere. */
  tokenHash: string | undefined;
  /** Milliseconds since 1970; undefined = as long as the token is there. */
  until: number | undefined;
}

/** One listener's server-sent events (HTML Living Standard, 9.2). */
export interface EventStream extends Listener {
  /** False while it is caught up: changes are then not sent, only noted as missed. */
  live: boolean;
  /** The earliest change that was not sent. */
  missedFrom: number | undefined;
  /** Milliseconds; when something was last written. */
  writtenAt: number;
  /** Answers with the headers: from then on the reader relies on hearing of what happens. */
  open: () => void;
  /** Ids never go back, so the last one that a reader has is the furthest. */
  send: (name: EventName, id: number, data: string) => void;
  heartbeat: () => void;
  /** Resolves when the reader has taken in what was written, or is gone. */
  drained: () => Promise<void>;
  isOpen: () => boolean;
  end: () => void;
}

export function createEventStream(res: ServerResponse, listener: Listener, now: () => number): EventStream {
  const write = (text: string) => {
    if (!res.headersSent || !stream.isOpen()) return;
    res.write(text);
    stream.writtenAt = now();
    if (stream.live && res.writableLength > MAX_BUFFERED) res.destroy();
  };
  let lastId = 0;
  const stream: EventStream = {
    ...listener,
    live: false,
    missedFrom: undefined,
    writtenAt: now(),
    open() {
      if (!stream.isOpen()) return;
      res.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        // nginx would hold events back otherwise.
        'X-Accel-Buffering': 'no',
        'X-Content-Type-Options': 'nosniff',
      });
      write('retry: 2000\n\n');
    },
    send(name, id, data) {
      lastId = Math.max(lastId, id);
      write(`id: ${lastId}\nevent: ${name}\ndata: ${data}\n\n`);
    },
    heartbeat: () => write(':\n\n'),
    drained: () => drained(res),
    isOpen: () => !res.destroyed && !res.writableEnded,
    end: () => res.end(),
  };
  return stream;
}

function drained(res: ServerResponse): Promise<void> {
  if (!res.writableNeedDrain || res.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      res.off('drain', done);
      res.off('close', done);
      resolve();
    };
    const timer = setTimeout(() => res.destroy(), DRAIN_TIME);
    res.on('drain', done);
    res.on('close', done);
  });
}

import { RENEW_EVERY, renewGrace } from '../conversations/grace.ts';
import type { Store } from '../store/documents.ts';
import type { EventStream } from './event-stream.ts';

/**
 * Says that agents are connected, while this process has event streams of theirs. That a stream has ended is not said:
 * there may be another at another process, and a process that dies says nothing either. The grace runs out by itself.
 */
export interface Attendance {
  /** A stream is about to open. Times in milliseconds since 1970. */
  came: (agentId: string, at: number) => Promise<void>;
  /** Call it often: it writes every `RENEW_EVERY`. */
  renew: (streams: Iterable<EventStream>, at: number) => Promise<void>;
}

export function createAttendance(store: Pick<Store, 'agents'>): Attendance {
  let renewedAt = Number.NEGATIVE_INFINITY;
  return {
    came: (agentId, at) => renewGrace(store, agentId, at),
    async renew(streams, at) {
      if (at - renewedAt < RENEW_EVERY) return;
      const connected = [...streams].filter((stream) => stream.isOpen());
      const agentIds = new Set(connected.map(({ actor }) => actor.id));
      await Promise.all([...agentIds].map((agentId) => renewGrace(store, agentId, at)));
      renewedAt = at;
    },
  };
}

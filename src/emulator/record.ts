/** A message that the emulated TeleSign accepted. */
export interface SentMessage {
  /** TeleSign's reference id. */
  id: string;
  to: string;
  /** The sender id of the request, else the first support number, else null. */
  from: string | null;
  text: string;
  externalId: string | null;
  segments: number;
  encoding: 'GSM-7' | 'UCS-2';
  /** TeleSign's status code: 290, 203, 200 or what the faults say. */
  status: number;
  description: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** A customer's text on its way to the service. */
export interface InboundText {
  /** TeleSign's reference id. */
  id: string;
  from: string;
  to: string;
  text: string;
  segments: number;
  encoding: 'GSM-7' | 'UCS-2';
  /** `failed` = given up after the last attempt. */
  status: 'sending' | 'delivered' | 'retrying' | 'failed';
  attempts: number;
  at: number;
}

export interface Between {
  to?: string | undefined;
  from?: string | undefined;
  /** The id of an entry: only later ones. */
  after?: string | undefined;
}

/** The newest entries, oldest first. */
export interface Log<T> {
  put(entry: T): void;
  get(id: string): T | undefined;
  list(between?: Between): T[];
}

/**
 * Keeps `limit` entries: a load test must not make the emulator grow without end. Putting an id again replaces the
 * entry in its old place.
 */
export function createLog<T extends { id: string; to: string; from: string | null }>(limit: number): Log<T> {
  const entries = new Map<string, T>();
  return {
    put(entry) {
      entries.set(entry.id, entry);
      dropOldest(entries, limit);
    },
    get: (id) => entries.get(id),
    list({ to, from, after } = {}) {
      const all = [...entries.values()];
      const start = after === undefined ? 0 : all.findIndex((entry) => entry.id === after) + 1;
      return all
        .slice(start)
        .filter(
          (entry) => (to === undefined || entry.to === to) && (from === undefined || entry.from === from),
        );
    },
  };
}

/** Keeps the newest `limit` entries of a map or set to which one was just added. */
export function dropOldest(entries: Map<string, unknown> | Set<string>, limit: number): void {
  if (entries.size <= limit) return;
  for (const oldest of entries.keys()) {
    entries.delete(oldest);
    return;
  }
}

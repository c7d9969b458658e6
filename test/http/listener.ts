import { eventually } from '../support/eventually.ts';

export interface Heard {
  id: string;
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: each event has its own shape.
  data: any;
}

export interface Listener {
  events: Heard[];
  status: number;
  headers: Headers;
  raw: () => string;
  ended: () => boolean;
  stop(): void;
  /** The events of a kind so far. */
  of(event: string): Heard[];
  /** Waits for an event that fits. */
  hears(event: string, fits?: (heard: Heard) => boolean): Promise<Heard>;
}

/** Opens the stream of events as an agent, and resolves once what is there at its beginning has come. */
export async function openListener(url: string, as: string, lastEventId?: string): Promise<Listener> {
  const abort = new AbortController();
  const answer = await fetch(`${url}/api/events`, {
    signal: abort.signal,
    headers: {
      authorization: `Bearer token-of-${as}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  });
  let raw = '';
  let ended = false;
  const listener: Listener = {
    status: answer.status,
    headers: answer.headers,
    raw: () => raw,
    ended: () => ended,
    stop: () => abort.abort(),
    get events() {
      return raw
        .split('\n\n')
        .slice(0, -1)
        .filter((block) => block.startsWith('id:'))
        .map((block) => {
          const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/)));
          return { id: fields.id, event: fields.event, data: JSON.parse(fields.data) };
        });
    },
    of: (event) => listener.events.filter((heard) => heard.event === event),
    async hears(event, fits = () => true) {
      const heard = await eventually(
        () => listener.of(event).find(fits),
        (found) => found !== undefined,
      );
      return heard!;
    },
  };
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of answer.body!) raw += decoder.decode(chunk, { stream: true });
  };
  void read()
    .catch(() => {})
    .finally(() => {
      ended = true;
    });
  try {
    await listener.hears('presence');
  } catch (error) {
    listener.stop();
    throw error;
  }
  return listener;
}

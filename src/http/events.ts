import type { Server } from 'restify';
import { z } from 'zod';
import { EXAMPLE_CONVERSATION } from './api/examples.ts';
import { authorize, signInOf } from './auth.ts';
import { mountEndpoint } from './endpoint.ts';
import type { EventHub } from './event-hub.ts';
import { createEventStream } from './event-stream.ts';
import type { HttpParts } from './parts.ts';
import type { Described } from './route.ts';
import { actorOf } from './visibility.ts';

export const EVENTS_ROUTE = {
  operation: 'streamEvents',
  method: 'get',
  path: '/api/events',
  tag: 'Events',
  summary: 'What happens, as it happens',
  description:
    'Server-sent events: `conversation` and `message` hold the same objects as the API, `queue` a queue with its counts, `presence` an agent’s presence and load (`{agentId, name, presence, presenceId, load}`), `typing` that a colleague writes an answer (`{conversationId, agentId, at}`), `mention` that a note names you (`{conversationId, messageId, by, at}`). All queues and presences come first. Each event holds the latest state, and may come twice: drop a conversation whose `version` is below the one you have. Send the last id as `Last-Event-ID` and nothing is missed; when that was too long ago, a `reset` event says to read the lists anew. While an agent has a stream open they count as connected; two and a half minutes after the last one has ended they are `offline`, and what they have `active` goes back to its queue.',
  schemas: { headers: z.object({ 'Last-Event-ID': z.string().optional() }) },
  answer: {
    status: 200,
    description: 'An endless stream.',
    mediaTypes: ['text/event-stream'],
    example: `id: 1772443865000\nevent: conversation\ndata: ${JSON.stringify(EXAMPLE_CONVERSATION)}\n\n`,
  },
  errors: [],
} as const satisfies Described;

/** Milliseconds: who has signed out, or whose time is over, hears nothing more after that. */
const SIGN_IN_CHECKED = 15_000;

export function mountEvents(
  server: Server,
  hub: EventHub,
  parts: Pick<HttpParts, 'store' | 'now' | 'log' | 'sleep' | 'limits' | 'openId'>,
): void {
  mountEndpoint(server, EVENTS_ROUTE, parts, async (req, res) => {
    const { agent, signInId, tokenHash, until } = await authorize(parts, req, EVENTS_ROUTE.operation);
    const listener = { actor: actorOf(agent), tokenHash, until };
    const lastEventId = req.headers['last-event-id'];
    const closed = new Promise<void>((resolve) => res.on('close', resolve));
    const stream = createEventStream(res, listener, parts.now);
    try {
      await hub.join(stream, typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : undefined);
      await (signInId === null ? closed : closedOrSignedOut(parts, signInId, closed));
      stream.end();
    } finally {
      hub.leave(stream);
    }
  });
}

/** Resolves when the reader is gone, or is no longer signed in. */
async function closedOrSignedOut(
  parts: Pick<HttpParts, 'store' | 'now' | 'sleep'>,
  signInId: string,
  closed: Promise<void>,
): Promise<void> {
  const gone = new AbortController();
  void closed.then(() => gone.abort());
  do await parts.sleep(SIGN_IN_CHECKED, gone.signal);
  while (!gone.signal.aborted && (await signInOf(parts, signInId)) !== null);
}

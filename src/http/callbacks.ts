import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Channel } from '../channels/channels.ts';
import { SwitchboardError } from '../errors.ts';
import { type Callback, parseCallback } from '../telesign/callbacks.ts';
import { verifyCallback } from '../telesign/signature.ts';
import { inSpan, type RunningSpan } from '../tracing.ts';
import { readBody } from './body.ts';
import { requestSpan } from './correlation.ts';
import type { CallbackOutcome, HttpParts } from './parts.ts';
import { problemHeaders, problemOf } from './problem.ts';
import type { Described } from './route.ts';

const PREFIX = '/callbacks/telesign/';

/** Bytes. TeleSign's own callbacks are below 4 KiB. */
const BODY_LIMIT = 256 * 1024;

type Parts = Pick<HttpParts, 'channels' | 'receive' | 'receipt' | 'log' | 'metrics'>;

/**
 * TeleSign's callbacks, taken before restify sets a request up: this path is hot and needs none of that. Reading a body
 * and answering takes 45 µs of processor time here, 65 µs as a route (64 in flight; `node:http` alone: 44 µs). Returns
 * whether the request was one.
 *
 * 200 means that the text is on disk. Anything else makes TeleSign try again, so that is what a failure must answer.
 */
export function createCallbackHandler(parts: Parts): (req: IncomingMessage, res: ServerResponse) => boolean {
  const strange = new Set<string>();

  async function accept(channel: Channel, callback: Callback, span: RunningSpan): Promise<CallbackOutcome> {
    const { correlationId } = span;
    switch (callback.kind) {
      case 'inbound':
        // Taken in all the same: the signature proves that it is this account's, so the number is, and was perhaps
        // bought after the settings were written. A refusal would lose the text once TeleSign gives up.
        if (!channel.numbers.includes(callback.to))
          noteOnce(`number of ${channel.id} ${callback.to}`, channel, span);
        await parts.receive(channel, callback, span.traceparent);
        return 'inbound';
      case 'receipt':
        await parts.receipt(channel, callback);
        return 'receipt';
      case 'unplaced':
        // Each one, unlike `noteOnce`: it is a customer's message, and the reference is all that is left to ask after.
        parts.log.warn(
          { channel: channel.id, referenceId: callback.referenceId, correlationId },
          'an MMS is lost: it names no support number, and the channel has not exactly one to take it for',
        );
        return 'not_understood';
      case 'other':
        noteOnce(`kind ${callback.subResource}`, channel, span, callback.subResource);
        return 'other';
    }
  }

  /** The key of one account must not speak for the customers of another. Throws `number_of_another_channel`. */
  function refuseForeign(channel: Channel, callback: Callback): void {
    if (callback.kind !== 'inbound' || channel.numbers.includes(callback.to)) return;
    if (parts.channels.listing(callback.to) !== undefined) {
      throw new SwitchboardError('number_of_another_channel');
    }
  }

  /** Each strange thing is logged the first time only, and counted always. */
  function noteOnce(
    thing: string,
    channel: Channel,
    { correlationId }: RunningSpan,
    subResource?: string,
  ): void {
    if (strange.has(thing) || strange.size >= 1000) return;
    strange.add(thing);
    if (subResource === undefined) {
      parts.log.warn(
        { channel: channel.id, correlationId },
        'a text came for a number that this channel does not list: add it to its numbers',
      );
    } else {
      parts.log.warn(
        { channel: channel.id, subResource, correlationId },
        'a callback of a kind that is not used here',
      );
    }
  }

  function handle(req: IncomingMessage, res: ServerResponse, id: string): Promise<void> {
    return inSpan('callback', requestSpan(req), (span) => {
      span.note({ 'switchboard.channel': parts.channels.channel(id)?.id ?? 'unknown' });
      return take(req, res, id, span);
    });
  }

  async function take(
    req: IncomingMessage,
    res: ServerResponse,
    id: string,
    span: RunningSpan,
  ): Promise<void> {
    try {
      const channel = parts.channels.channel(id);
      if (channel === undefined) throw new SwitchboardError('unknown_channel');
      const body = await readBody(req, BODY_LIMIT);
      const verified = verifyCallback({
        body,
        authorization: req.headers.authorization,
        xTsAuthorization: req.headers['x-ts-authorization'],
        apiKeys: channel.apiKeys,
      });
      if (!verified) throw new SwitchboardError('bad_signature');
      const callback = parseCallback(body, channel.numbers);
      refuseForeign(channel, callback);
      const outcome = await accept(channel, callback, span).catch(unavailable);
      parts.metrics.callback(outcome);
      span.note({ 'switchboard.outcome': outcome });
      res.writeHead(200, { ...ACCEPTED_HEADERS, 'X-Correlation-Id': span.correlationId });
      res.end('{}');
    } catch (error) {
      refuse(req, res, id, span, error);
    }
  }

  function refuse(
    req: IncomingMessage,
    res: ServerResponse,
    id: string,
    span: RunningSpan,
    error: unknown,
  ): void {
    if (!req.complete && req.destroyed) {
      parts.metrics.callback('broken_off');
      return;
    }
    const problem = problemOf(error);
    parts.metrics.callback(OUTCOMES[problem.code] ?? 'failed');
    const about = { channel: id, correlationId: span.correlationId };
    if (problem.status >= 500) parts.log.error({ err: error, ...about }, 'a callback was not taken in');
    else if (problem.code !== 'unknown_channel')
      parts.log.warn({ ...about, code: problem.code }, 'a callback was refused');
    res.writeHead(problem.status, {
      ...problemHeaders(problem),
      'X-Correlation-Id': span.correlationId,
      'X-Content-Type-Options': 'nosniff',
    });
    res.end(JSON.stringify(problem));
  }

  return (req, res) => {
    const id = req.method === 'POST' ? channelIdOf(req.url ?? '') : null;
    if (id === null) return false;
    void handle(req, res, id);
    return true;
  };
}

const ACCEPTED_HEADERS = {
  'Content-Type': 'application/json',
  'Content-Length': '2',
  'X-Content-Type-Options': 'nosniff',
};

const OUTCOMES: Readonly<Record<string, CallbackOutcome>> = {
  unknown_channel: 'unknown_channel',
  bad_signature: 'bad_signature',
  callback_not_understood: 'not_understood',
  number_of_another_channel: 'not_understood',
  body_too_large: 'too_large',
};

/** Ids are plain, so nothing is decoded: what needs it names no channel. */
function channelIdOf(url: string): string | null {
  if (!url.startsWith(PREFIX)) return null;
  const id = url.slice(PREFIX.length).split('?', 1)[0] ?? '';
  return id === '' || id.includes('/') ? null : id;
}

/** Whatever went wrong, the text is not known to be safe: TeleSign is to bring it again. */
function unavailable(error: unknown): never {
  throw new SwitchboardError('store_unavailable', undefined, { cause: error });
}

export const CALLBACK_ROUTE: Described = {
  operation: 'telesignCallback',
  method: 'post',
  path: '/callbacks/telesign/{channelId}',
  tag: 'Service',
  summary: 'TeleSign’s callbacks: texts in and delivery reports',
  description:
    'Signed by TeleSign over the raw body, in `Authorization` or `X-TS-Authorization`. 200 says that the text is on disk; after anything else TeleSign tries again. A text for a number that the channel does not list is taken in too, and logged.',
  schemas: { params: z.object({ channelId: z.string() }) },
  answer: { status: 200, description: 'Taken in.', example: {} },
  errors: [
    'bad_signature',
    'unknown_channel',
    'callback_not_understood',
    'number_of_another_channel',
    'body_too_large',
    'store_unavailable',
  ],
};

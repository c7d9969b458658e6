import type { Dispatcher } from 'undici';

export interface ExchangeRequest {
  origin: string;
  path: string;
  method: Dispatcher.HttpMethod;
  headers: Record<string, string>;
  body?: string;
  /** Milliseconds for the whole of it, connection and answer's body included. */
  timeout: number;
}

/**
 * How one HTTP exchange ended. The line between `not_sent` and `broken` decides whether a text may be sent again: not
 * one byte of a `not_sent` request was written, while a `broken` one may have been read and acted on.
 */
export type Exchange =
  | {
      result: 'answered';
      status: number;
      /** In lower case. */
      header: (name: string) => string | undefined;
      /** Null when it was longer than a TeleSign answer can be. */
      body: string | null;
    }
  | { result: 'not_sent'; reason: string }
  | { result: 'broken'; reason: 'timeout' | 'connection_broken' };

/** Bytes. TeleSign's answers have a few hundred; a proxy's error page may have more. */
const LONGEST_ANSWER = 65_536;

/**
 * Makes one request and never rejects. It speaks to the dispatcher itself, rather than through `undici.request`, because
 * only the handler is told when the writing begins: an error's code does not say it (ECONNRESET comes from a broken TLS
 * handshake and from a lost answer alike), and a request that times out in the queue or while connecting was not sent.
 */
export function exchange(dispatcher: Dispatcher, request: ExchangeRequest): Promise<Exchange> {
  const { timeout, ...options } = request;
  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | undefined;
    let ended = false;
    const end = (how: Exchange): void => {
      ended = true;
      clearTimeout(timer);
      resolve(how);
    };
    const timer = setTimeout(() => {
      end(controller ? { result: 'broken', reason: 'timeout' } : { result: 'not_sent', reason: 'timeout' });
      controller?.abort(new Error('time-out'));
    }, timeout);

    let status = 0;
    let headers: Record<string, string | string[] | undefined> = {};
    const chunks: Buffer[] = [];
    let length = 0;
    const answered = (body: string | null): void =>
      end({
        result: 'answered',
        status,
        header: (name) => {
          const value = headers[name];
          return typeof value === 'string' ? value : undefined;
        },
        body,
      });

    dispatcher.dispatch(options, {
      onRequestStart(started) {
        // The time-out had it as not sent; so it must not be.
        if (ended) started.abort(new Error('time-out'));
        else controller = started;
      },
      onResponseStart(_controller, statusCode, received) {
        status = statusCode;
        headers = received;
      },
      onResponseData(_controller, chunk) {
        length += chunk.length;
        if (ended || length <= LONGEST_ANSWER) {
          chunks.push(chunk);
          return;
        }
        answered(null);
        controller?.abort(new Error('too long'));
      },
      onResponseEnd() {
        if (!ended) answered(Buffer.concat(chunks).toString());
      },
      onResponseError(_controller, error) {
        if (ended) return;
        end(
          controller
            ? { result: 'broken', reason: 'connection_broken' }
            : { result: 'not_sent', reason: codeOf(error) },
        );
      },
    });
  });
}

/** The code alone: messages name hosts and may quote what was sent. */
function codeOf(error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z_0-9]{2,60}$/.test(code) ? code : error.name;
}

/** An hour: a wrong header must not put anything off for ever. */
const LONGEST_RETRY_AFTER = 3_600_000;

/** A `Retry-After`, seconds or an HTTP date, as milliseconds from now; null where there is none. */
export function parseRetryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  const wait = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), LONGEST_RETRY_AFTER);
}

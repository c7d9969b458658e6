import type { IncomingMessage } from 'node:http';
import { correlationId, type SpanGiven } from '../tracing.ts';

/** A request goes on with the trace of its caller (W3C `traceparent`), or begins one. */
export function requestSpan({ headers, method = '' }: IncomingMessage): SpanGiven {
  const parent = headers.traceparent;
  return {
    kind: 'server',
    parent: typeof parent === 'string' ? parent : null,
    attributes: { 'http.request.method': method },
  };
}

/** What an operator finds the lines of the log by. */
export function correlationHeader(): { 'X-Correlation-Id'?: string } {
  const id = correlationId();
  return id === undefined ? {} : { 'X-Correlation-Id': id };
}

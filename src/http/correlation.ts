import type { IncomingMessage } from 'node:http';
import type { SpanGiven } from '../tracing.ts';

/** A request goes on with the trace of its caller (W3C `traceparent`), or begins one. */
export function requestSpan({ headers, method = '' }: IncomingMessage): SpanGiven {
  const parent = headers.traceparent;
  return {
    kind: 'server',
    parent: typeof parent === 'string' ? parent : undefined,
    attributes: { 'http.request.method': method },
  };
}

import { randomFillSync } from 'node:crypto';
import {
  type Attributes,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

/*
 * Spans of OpenTelemetry. Its API does nothing until a program registers an SDK. Without one there is a trace id all the
 * same: the correlation id of logs and answers.
 *
 * What runs is handed down as an argument. `AsyncLocalStorage` would spare that, and cost a tenth of each text on Node 20,
 * where it has every promise of the process call hooks: a bot with a `TurnStorage` brings it back.
 */

/** Goes to the SDK that a program registers, whenever it does. */
const tracer = trace.getTracer('switchboard');

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

export interface SpanGiven {
  kind?: 'server' | 'client' | 'internal';
  /** A `traceparent`. Absent, or none by its form: this is where a trace begins. */
  parent?: string | undefined;
  /** Neither numbers nor texts. */
  attributes?: Attributes;
}

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };

/** What runs. */
export interface RunningSpan {
  /** W3C trace context, version 00: to be kept with what is gone on with later, perhaps by another process. */
  traceparent: string;
  /** The trace id, 32 hex digits: for lines of the log. */
  correlationId: string;
  /** Adds attributes, which are neither numbers nor texts. */
  note: (attributes: Attributes) => void;
}

/** Does `work` in a span. */
export async function inSpan<T>(
  name: string,
  { kind = 'internal', parent, attributes = {} }: SpanGiven,
  work: (span: RunningSpan) => Promise<T>,
): Promise<T> {
  const parentContext = parent === undefined ? null : spanContextOf(parent);
  const around = parentContext === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parentContext);
  const span = tracer.startSpan(name, { kind: KINDS[kind], attributes }, around);
  const made = span.spanContext();
  const spanContext = isSpanContextValid(made)
    ? made
    : { traceId: randomHex(16), spanId: randomHex(8), traceFlags: 0 };
  try {
    return await context.with(trace.setSpan(around, span), () =>
      work({
        traceparent: traceparentOf(spanContext),
        correlationId: spanContext.traceId,
        note: (noted) => span.setAttributes(noted),
      }),
    );
  } catch (error) {
    // Without its message, which may quote whatever it was given.
    span.setAttribute('error.type', error instanceof Error ? error.name : typeof error);
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

function spanContextOf(parent: string): SpanContext | null {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(parent) ?? [];
  const found = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(found) ? found : null;
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** Taken some thousand at a time: asking the system for each id would cost as much as the rest of a span. */
const pool = Buffer.alloc(4096);
let taken = pool.length;

function randomHex(bytes: number): string {
  if (taken + bytes > pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  taken += bytes;
  return pool.toString('hex', taken - bytes, taken);
}

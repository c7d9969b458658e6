import {
  type Attributes,
  type Context,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { expect } from 'chai';
import { inSpan } from '../src/tracing.ts';
import { eventually } from './support/eventually.ts';
import { type RunningApp, SUPPORT, startApp } from './support/running-app.ts';

interface Recorded {
  name: string;
  kind: SpanKind;
  traceId: string;
  spanId: string;
  parentId: string | undefined;
  attributes: Attributes;
  failed: boolean;
  ended: boolean;
}

/** An SDK, as far as this is one: it gives ids and remembers spans. */
class Recorder implements TracerProvider, Tracer {
  readonly spans: Recorded[] = [];
  /** What has had its tracer keeps it. */
  isOn = true;
  #ids = 0;

  getTracer(): Tracer {
    return this;
  }

  startSpan(name: string, options: SpanOptions = {}, around?: Context): Span {
    const parent = around && trace.getSpanContext(around);
    this.#ids++;
    const recorded: Recorded = {
      name,
      kind: options.kind ?? SpanKind.INTERNAL,
      traceId: parent?.traceId ?? `${this.#ids}`.padStart(32, 'a'),
      spanId: `${this.#ids}`.padStart(16, 'b'),
      parentId: parent?.spanId,
      attributes: { ...options.attributes },
      failed: false,
      ended: false,
    };
    if (this.isOn) this.spans.push(recorded);
    const spanContext: SpanContext = { traceId: recorded.traceId, spanId: recorded.spanId, traceFlags: 1 };
    const span: Span = {
      spanContext: () => spanContext,
      setAttribute(key, value) {
        recorded.attributes[key] = value;
        return span;
      },
      setAttributes(attributes) {
        Object.assign(recorded.attributes, attributes);
        return span;
      },
      addEvent: () => span,
      addLink: () => span,
      addLinks: () => span,
      setStatus({ code }) {
        recorded.failed = code === SpanStatusCode.ERROR;
        return span;
      },
      updateName: () => span,
      end() {
        recorded.ended = true;
      },
      isRecording: () => true,
      recordException() {
        throw new Error('An exception may quote a text: it is not to be recorded.');
      },
    };
    return span;
  }

  startActiveSpan(): never {
    throw new Error('not used');
  }
}

const PARENT = '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01';

describe('tracing', () => {
  describe('without an SDK', () => {
    it('gives what runs an id, which what is begun from it shares', async () => {
      const outer = await inSpan('outer', {}, async (span) => span);
      expect(outer.correlationId).to.match(/^[0-9a-f]{32}$/);
      expect(outer.traceparent)
        .to.match(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
        .and.include(outer.correlationId);
      await inSpan('inner', { parent: outer.traceparent }, async ({ correlationId }) =>
        expect(correlationId).to.equal(outer.correlationId),
      );
      await inSpan('another', {}, async ({ correlationId }) =>
        expect(correlationId).not.to.equal(outer.correlationId),
      );
    });

    it('goes on with the trace of a caller, but for what is no trace context', async () => {
      await inSpan('one', { parent: PARENT }, async ({ traceparent }) =>
        expect(traceparent).to.equal(PARENT),
      );
      for (const parent of [
        '',
        'x',
        PARENT.replace('00-', '01-'),
        PARENT.replace(/[1-9a-f]/g, '0'),
        `${PARENT}\n`,
      ]) {
        await inSpan('one', { parent }, async ({ traceparent }) => {
          expect(traceparent).to.match(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
          expect(traceparent).not.to.include('0123456789abcdef');
        });
      }
    });
  });

  describe('with one', () => {
    const recorder = new Recorder();
    let service: RunningApp | undefined;

    before(() => trace.setGlobalTracerProvider(recorder));
    after(() => {
      recorder.isOn = false;
      trace.disable();
    });
    afterEach(async () => {
      await service?.stop();
      service = undefined;
      recorder.spans.length = 0;
    });

    it('tells that something failed, and nothing of what an error says', async () => {
      const failed = await inSpan('one', {}, async () => {
        throw new TypeError('15550100001 wrote: hello');
      }).then(
        () => null,
        (error) => error,
      );
      expect(failed).to.be.instanceOf(TypeError);
      const [span] = recorder.spans;
      expect(span).to.include({ failed: true, ended: true });
      expect(JSON.stringify(span)).to.include('TypeError').and.to.not.include('hello');
    });

    it('follows a text from the callback to the sends in one trace', async () => {
      service = await startApp();
      await service.textIn('15550100001', 'Hello', SUPPORT.en);
      await service.phone('15550100001', 1);
      const spans = await eventually(
        async () => recorder.spans,
        (all) => all.some(({ name, ended }) => name === 'send' && ended),
      );
      const callback = spans.find(({ name }) => name === 'callback');
      const ofText = spans.filter(({ traceId, name }) => traceId === callback?.traceId && name !== 'receipt');
      const [first, inbox, turn, ...sends] = ofText;
      expect(ofText.map(({ name }) => name).slice(0, 4)).to.deep.equal(['callback', 'inbox', 'turn', 'send']);
      expect(first).to.include({ kind: SpanKind.SERVER, parentId: undefined });
      expect(inbox?.parentId).to.equal(first?.spanId);
      expect(turn?.parentId).to.equal(inbox?.spanId);
      for (const send of sends) {
        expect(send).to.include({ kind: SpanKind.CLIENT, parentId: turn?.spanId, ended: true });
      }
      expect(first?.attributes).to.include({ 'switchboard.outcome': 'inbound' });
      expect(turn?.attributes).to.include({ 'switchboard.outcome': 'answered' });
      expect(sends[0]?.attributes).to.include({ 'switchboard.outcome': 'accepted' });
      expect(JSON.stringify(spans)).not.to.include('15550100001').and.to.not.include('Hello');
    });

    it('names the trace of a text in the log when the bot fails at it', async () => {
      service = await startApp();
      service.app.adapter.use(() => Promise.reject(new Error('broken')));
      await service.textIn('15550100001', 'Hello', SUPPORT.en);
      await service.phone('15550100001', 1);
      const callback = recorder.spans.find(({ name }) => name === 'callback');
      const [failed] = service.log.lines().filter(({ msg }) => /^the bot failed/.test(String(msg)));
      expect(failed?.correlationId).to.equal(callback?.traceId);
    });

    it('follows an agent’s answer from the request to the send, and tells the caller its id', async () => {
      service = await startApp();
      const token = await service.agent('agent-1', { queues: ['support'] });
      await service.textIn('15550100001', 'agent', SUPPORT.en);
      const path = `/api/conversations/${SUPPORT.en}-15550100001`;
      await eventually(
        () => service!.call('POST', `${path}/claim`, {}, token),
        ({ status }) => status === 200,
      );
      const answer = await service.call('POST', `${path}/messages`, { text: 'I am here.' }, token, {
        traceparent: PARENT,
      });
      const id = '0123456789abcdef0123456789abcdef';
      expect(answer.status).to.equal(201);
      expect(answer.headers.get('x-correlation-id')).to.equal(id);
      const spans = await eventually(
        async () => recorder.spans.filter(({ traceId }) => traceId === id),
        (all) => all.some(({ name, ended }) => name === 'send' && ended),
      );
      expect(spans.map(({ name }) => name)).to.deep.equal(['POST /api/conversations/{id}/messages', 'send']);
      const refused = await service.call('GET', '/api/conversations/x', undefined, token);
      expect(refused.headers.get('x-correlation-id')).to.match(/^[0-9a-f]{32}$/i);
    });
  });
});

import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import type { EmulatorOptions } from '../../src/emulator/emulator.ts';
import { type StandaloneEmulator, startEmulator } from '../../src/emulator/standalone.ts';
import type { SetTimer } from '../../src/emulator/waits.ts';
import { basicAuthorization, verifyCallback } from '../../src/telesign/signature.ts';

export const CUSTOMER_ID = '12345678-ABCD-4EF0-9876-1234567890AB';
export const API_KEY = Buffer.from('unit-test-key-not-a-real-secret-0123456789').toString('base64');
export const SUPPORT = '15550109999';
export const CUSTOMER = '15550100001';

/** Resolves as soon as `condition` holds. Only I/O on loopback is waited for; time itself is virtual. */
export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  const giveUpAt = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > giveUpAt) throw new Error(`${what} did not come about`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Timers that fire only when the test moves time on. */
export interface VirtualTime {
  now(): number;
  setTimer: SetTimer;
  /** Delays of the timers now pending, in milliseconds from when each was set. */
  pending(): number[];
  /** Lets the timers due within `ms` fire, in order. */
  advance(ms: number): void;
}

export function createVirtualTime(start = Date.parse('2026-11-24T12:00:00Z')): VirtualTime {
  const timers = new Set<{ due: number; ms: number; run: () => void }>();
  let now = start;
  return {
    now: () => now,
    setTimer(run, ms) {
      const timer = { due: now + ms, ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    pending: () => [...timers].map(({ ms }) => ms),
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = [...timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
        if (next === undefined) break;
        timers.delete(next);
        now = next.due;
        next.run();
      }
      now = end;
    },
  };
}

export interface Callback {
  path: string;
  headers: IncomingHttpHeaders;
  verified: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: a JSON body, of which each test looks at what it wants
  body: any;
}

/** The service's side: takes callbacks and answers as the test says. */
export interface Receiver {
  url: string;
  callbacks: Callback[];
  /** The status for the n-th callback (from 0), or `hang` to leave it without an answer. */
  answer: (n: number) => number | 'hang';
  stop(): Promise<void>;
}

async function startReceiver(): Promise<Receiver> {
  const callbacks: Callback[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const { headers } = request;
      const verified = verifyCallback({
        body,
        authorization: headers.authorization,
        xTsAuthorization: undefined,
        apiKeys: [API_KEY],
      });
      const answer = receiver.answer(callbacks.length);
      callbacks.push({ path: request.url ?? '', headers, verified, body: JSON.parse(body.toString()) });
      if (answer === 'hang') return;
      response.statusCode = answer;
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks/telesign/default`,
    callbacks,
    answer: () => 200,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  body: any;
}

/** A JSON answer. Rejects with a `TypeError` when the connection was cut. */
export async function ask(url: string, request: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, request);
  return { status: response.status, body: await response.json() };
}

export interface Stage extends StandaloneEmulator {
  receiver: Receiver;
  time: VirtualTime;
  /** Posts a form to `/v1/messaging`, with Basic authentication unless `headers` say otherwise. */
  send(form: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  /** Resolves once a timer of that many milliseconds is pending. */
  timer(ms: number): Promise<void>;
  /** JSON in, JSON out, on one of the emulator's own paths. */
  call(method: string, path: string, body?: unknown): Promise<Answer>;
}

export const HELLO = { phone_number: CUSTOMER, message: 'Hello', message_type: 'ARN', sender_id: SUPPORT };

/** An emulator on its own port, a service that it posts to, and virtual time between them. */
export async function setStage(options: Partial<EmulatorOptions> = {}): Promise<Stage> {
  const receiver = await startReceiver();
  const time = createVirtualTime();
  const dispatcher = new Agent();
  const standalone = await startEmulator({
    port: 0,
    host: '127.0.0.1',
    customerId: CUSTOMER_ID,
    apiKey: API_KEY,
    callbackUrl: () => receiver.url,
    numbers: [{ number: SUPPORT, label: 'English' }],
    now: time.now,
    random: Math.random,
    dispatcher,
    setTimer: time.setTimer,
    ...options,
  });
  return {
    ...standalone,
    receiver,
    time,
    send: (form, headers = {}) =>
      ask(`${standalone.url}/v1/messaging`, {
        method: 'POST',
        body: new URLSearchParams(form),
        headers: { authorization: basicAuthorization(CUSTOMER_ID, API_KEY), ...headers },
      }),
    timer: (ms) => until(() => time.pending().includes(ms), `a timer of ${ms} ms`),
    call: (method, path, body) =>
      ask(standalone.url + path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
    async stop() {
      await standalone.stop();
      await dispatcher.close();
      await receiver.stop();
    },
  };
}

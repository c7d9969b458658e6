import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { type Dispatcher, Pool } from 'undici';
import { CALLBACK_PATH } from './account.ts';
import { type SignedCallback, signedCallback } from './callback.ts';
import {
  EXCHANGES,
  type Exchange,
  filledCustomer,
  filledPosition,
  freshCustomer,
} from './conversation-script.ts';
import { latencyOf } from './latency.ts';
import type { LoadResult, LoadRun } from './load-run.ts';
import { type Sink, textOf } from './sink.ts';

/** A service that leaves so many without a reply is broken, and each costs the longest wait. */
const MOST_MISSING = 20;
/** Milliseconds. How long a reply that nobody awaits may still come after the last one, to be counted as doubled. */
const GRACE = 300;

interface Customer {
  number: string;
  /** How many texts of the script are behind it. */
  position: number;
}

interface Text {
  callback: SignedCallback;
  exchange: Exchange;
}

/** Customers of one service. They go on where their last run left them. */
export class Crowd {
  readonly #used = new Map<number, Customer>();
  #fresh = 0;
  #step = 0;

  constructor(firstFresh: number) {
    this.#fresh = firstFresh;
  }

  take(run: LoadRun): Customer[] {
    return Array.from({ length: run.customers }, () =>
      run.filled === 0 ? { number: freshCustomer(this.#fresh++), position: 0 } : this.#known(run.filled),
    );
  }

  /** One from all over the filled conversations: a step by a prime comes by all of them before it repeats one. */
  #known(filled: number): Customer {
    const n = (this.#step++ * 7_368_787) % filled;
    const known = this.#used.get(n) ?? { number: filledCustomer(n), position: filledPosition(n) };
    this.#used.set(n, known);
    return known;
  }
}

/** Runs one closed loop: `inFlight` texts under way at any time, each customer in turn. */
export async function closedLoop(run: LoadRun, crowd: Crowd, sink: Sink): Promise<LoadResult> {
  const customers = crowd.take(run);
  const queue = customers.map((customer) => ({ customer, texts: textsOf(customer, run.texts) }));
  const pool = new Pool(run.origin, { connections: run.inFlight, pipelining: 1 });
  const awaited = new Map<string, (form: string) => void>();
  const callbackTimes: number[] = [];
  const replyTimes: number[] = [];
  let [errors, missing, doubled, wrong] = [0, 0, 0, 0];
  let wrongExample: string | undefined;

  sink.onText = (customer, form) => {
    const arrived = awaited.get(customer);
    if (arrived) arrived(form);
    else if (run.until === 'reply') doubled += 1;
  };

  async function one(customer: Customer, { callback, exchange }: Text): Promise<void> {
    const started = performance.now();
    const reply = run.until === 'reply' ? replyTo(customer.number, awaited, run.replyWithin) : undefined;
    if ((await post(pool, callback)) === 200) callbackTimes.push(performance.now() - started);
    else errors += 1;
    if (!reply) return;
    const came = await reply;
    if (!came) {
      missing += 1;
      if (missing > MOST_MISSING) queue.length = 0;
      return;
    }
    replyTimes.push(came.at - started);
    if (run.compare && textOf(came.form) !== exchange.reply) {
      wrong += 1;
      wrongExample ??= `to ${JSON.stringify(exchange.text)}: ${JSON.stringify(textOf(came.form))}`;
    }
  }

  async function slot(): Promise<void> {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const text = next.texts.shift();
      if (!text) continue;
      await one(next.customer, text);
      if (next.texts.length > 0) queue.push(next);
    }
  }

  const cpu = process.cpuUsage();
  const started = performance.now();
  await Promise.all(Array.from({ length: run.inFlight }, slot));
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(cpu);
  if (run.until === 'reply') await new Promise((resolve) => setTimeout(resolve, GRACE));
  sink.onText = () => {};
  await pool.close();
  const done = run.until === 'reply' ? replyTimes.length : callbackTimes.length;
  return {
    rate: done / seconds,
    count: done,
    seconds,
    callback: latencyOf(callbackTimes),
    reply: latencyOf(replyTimes),
    errors,
    missing,
    doubled,
    wrong,
    ...(wrongExample === undefined ? {} : { wrongExample }),
    generatorCpu: (used.user + used.system) / 1e6 / seconds,
  };
}

function textsOf(customer: Customer, count: number): Text[] {
  return Array.from({ length: count }, () => {
    const exchange = EXCHANGES[customer.position % EXCHANGES.length]!;
    customer.position += 1;
    const referenceId = randomBytes(16).toString('hex').toUpperCase();
    return { exchange, callback: signedCallback(customer.number, exchange.text, referenceId) };
  });
}

/** Resolves with undefined when none comes in time. */
function replyTo(
  customer: string,
  awaited: Map<string, (form: string) => void>,
  within: number,
): Promise<{ at: number; form: string } | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      awaited.delete(customer);
      resolve(undefined);
    }, within);
    awaited.set(customer, (form) => {
      awaited.delete(customer);
      clearTimeout(timer);
      resolve({ at: performance.now(), form });
    });
  });
}

/** The status; 0 when there was no answer. `dispatch` rather than `request`: the generator must not be the slower side. */
function post(pool: Pool, { body, headers }: SignedCallback): Promise<number> {
  return new Promise((resolve) => {
    let status = 0;
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => {},
      onResponseStart: (_controller, statusCode) => {
        status = statusCode;
      },
      onResponseData: () => {},
      onResponseEnd: () => resolve(status),
      onResponseError: () => resolve(0),
    };
    pool.dispatch({ path: CALLBACK_PATH, method: 'POST', headers, body }, handler);
  });
}

import type { Dispatcher } from 'undici';
import { ENVIRONMENT_CHANNEL } from './channels/channels.ts';
import type { Config } from './config.ts';
import type { Finding } from './doctor-finding.ts';
import { type ExchangeRequest, exchange } from './telesign/exchange.ts';

export interface NetworkParts {
  now: () => number;
  dispatcher: Dispatcher;
}

/** Milliseconds for each request. */
const TIMEOUT = 10_000;

/** Milliseconds: the header has whole seconds, and how far TeleSign lets a date be off it does not say. */
const CLOCK_WARN = 5_000;
const CLOCK_FAIL = 60_000;

/** Whether a process of the service answers on this machine. */
export async function lookForService(
  parts: NetworkParts,
  { port }: Config,
): Promise<{ answers: boolean; finding: Finding }> {
  const what = 'service';
  const answer = await get(parts, `http://127.0.0.1:${port}/readyz`);
  if (answer.result !== 'answered') {
    const text = `nothing answers on port ${port} of this machine`;
    return {
      answers: false,
      finding: { level: 'warn', what, text, todo: 'Start it with `switchboard start`.' },
    };
  }
  if (answer.status === 200)
    return { answers: true, finding: { level: 'ok', what, text: `ready on port ${port}` } };
  return {
    answers: answer.status === 503,
    finding: {
      level: 'fail',
      what,
      text: `port ${port} answers ${answer.status} to /readyz`,
      todo:
        answer.status === 503
          ? 'It starts, stops, or its store does not answer: read its log.'
          : 'Another program has the port: set PORT.',
    },
  };
}

/** TeleSign refuses requests whose date is off. */
export async function lookAtClock(parts: NetworkParts, apiUrl: string): Promise<Finding> {
  const what = 'clock';
  const before = parts.now();
  const answer = await get(parts, apiUrl);
  const after = parts.now();
  const date = answer.result === 'answered' ? Date.parse(answer.header('date') ?? '') : Number.NaN;
  if (Number.isNaN(date)) {
    return {
      level: 'fail',
      what,
      text: 'TeleSign does not answer, so the clock cannot be compared',
      todo: `Check TELESIGN_API_URL, and that this machine may reach ${new URL(apiUrl).host}.`,
    };
  }
  // The header’s second began up to a second before.
  const off = Math.max(0, before - (date + 1000), date - after);
  const text = `${off === 0 ? 'less than a second' : `${(off / 1000).toFixed(0)} s`} off TeleSign’s`;
  if (off <= CLOCK_WARN) return { level: 'ok', what, text };
  return {
    level: off > CLOCK_FAIL ? 'fail' : 'warn',
    what,
    text,
    todo: 'Set the clock by NTP: signatures carry the time.',
  };
}

export async function lookAtCallbackUrl(
  parts: NetworkParts,
  { publicUrl }: Config,
  answers: boolean,
): Promise<Finding> {
  const what = 'callback URL';
  if (publicUrl === undefined) {
    const text = 'PUBLIC_URL is not set: callback URLs that are shown begin with http://localhost';
    return { level: 'warn', what, text, todo: 'Set PUBLIC_URL to where TeleSign reaches this service.' };
  }
  const url = `${publicUrl}/callbacks/telesign/${ENVIRONMENT_CHANNEL}`;
  const answer = await ask(parts, url, 'POST', '{}');
  if (answer.result !== 'answered') {
    return {
      level: answers ? 'fail' : 'warn',
      what,
      text: `${url} cannot be reached from here (${answer.reason})`,
      todo: answers
        ? 'Check DNS, the certificate, the proxy and the firewall.'
        : 'Start the service, and look again.',
    };
  }
  // Not signed, so it has to be refused: by us.
  if (answer.status !== 401 || !answer.body?.includes('"bad_signature"')) {
    const text = `${url} answers ${answer.status}, which is not this service`;
    return { level: 'fail', what, text, todo: 'Check where PUBLIC_URL leads, and what the proxy passes on.' };
  }
  if (new URL(url).protocol === 'https:') return { level: 'ok', what, text: `${url} reaches the service` };
  const text = `${url} reaches the service, without TLS`;
  return {
    level: 'warn',
    what,
    text,
    todo: 'Put a proxy with TLS in front: texts and numbers come this way.',
  };
}

function get(parts: NetworkParts, url: string) {
  return ask(parts, url, 'GET');
}

function ask({ dispatcher }: NetworkParts, url: string, method: 'GET' | 'POST', body?: string) {
  const { origin, pathname, search } = new URL(url);
  const request: ExchangeRequest = {
    origin,
    path: pathname + search,
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    timeout: TIMEOUT,
    ...(body !== undefined && { body }),
  };
  return exchange(dispatcher, request);
}

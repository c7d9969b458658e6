import type { Dispatcher } from 'undici';
import { signCallback } from '../telesign/signature.ts';
import { statusOf, telesignTime } from './messaging.ts';
import type { InboundText, SentMessage } from './record.ts';
import type { SetTimer, Waits } from './waits.ts';

/**
 * TeleSign's retry policy for callbacks ("Transaction Callback Service", developer.telesign.com): up to four attempts,
 * each may take five seconds, and only a 200 counts. Milliseconds.
 */
const RETRY_POLICY = { attemptTimeout: 5_000, waits: [5_000, 10_000, 15_000] } as const;

const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  stop: ['arrêt', 'arret', 'cancel', 'end', 'quit', 'stop', 'unsubscribe'],
  help: ['aide', 'contact', 'help', 'info'],
  start: ['start'],
};

/** "Inbound SMS: action to keyword mapping", developer.telesign.com. */
function actionOf(text: string): { action: string; keyword: string } {
  const word = text.trim().toLowerCase();
  const match = Object.entries(KEYWORDS).find(([, words]) => words.includes(word));
  return match === undefined ? { action: 'generic', keyword: '' } : { action: match[0], keyword: word };
}

/** The body of an inbound SMS callback. */
export function inboundCallback(text: Pick<InboundText, 'id' | 'from' | 'to' | 'text' | 'at'>): Buffer {
  return json({
    status: { updated_on: telesignTime(text.at), code: 1500, description: 'Delivered to customer' },
    submit_timestamp: telesignTime(text.at),
    errors: [],
    user_response: {
      phone_number: text.from,
      sender_id: text.to,
      mo_message: text.text,
      ...actionOf(text.text),
    },
    sub_resource: 'mo_sms',
    reference_id: text.id,
  });
}

/** The body of a delivery report that says `code`. */
export function receiptCallback(
  message: Pick<SentMessage, 'id' | 'externalId' | 'at'>,
  code: number,
  now: number,
): Buffer {
  return json({
    reference_id: message.id,
    sub_resource: 'sms',
    external_id: message.externalId,
    status: statusOf(code, now),
    submit_timestamp: telesignTime(message.at),
    errors: [],
  });
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

export interface Courier {
  /**
   * Posts `body`, signed, until it is answered with 200 or the attempts are used up. `tell` hears of each attempt.
   * Answers whether a 200 came; false also when the emulator was stopped meanwhile. Never rejects.
   */
  deliver(url: string, body: Buffer, tell?: (delivered: boolean) => void): Promise<boolean>;
  /** Ends attempts under way; pauses end with `Waits`. */
  stop(): void;
}

export function createCourier(parts: {
  customerId: string;
  apiKey: string;
  dispatcher: Dispatcher;
  setTimer: SetTimer;
  waits: Waits;
  /** Hears why an attempt brought no 200: an HTTP status or the error's code. */
  onRefused: (reason: string) => void;
}): Courier {
  const { customerId, apiKey, dispatcher, setTimer, waits, onRefused } = parts;
  /** What ends each attempt under way. One signal for all would have a listener from each. */
  const attempts = new Set<() => void>();
  let stopped = false;

  async function attempt(url: string, body: Buffer): Promise<boolean> {
    const signature = signCallback(body, apiKey);
    const attempting = new AbortController();
    const abort = () => attempting.abort();
    attempts.add(abort);
    const cancel = setTimer(abort, RETRY_POLICY.attemptTimeout);
    try {
      const { origin, pathname, search } = new URL(url);
      const response = await dispatcher.request({
        origin,
        path: pathname + search,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `TSA ${customerId}:${signature}`,
          'x-ts-authorization': signature,
        },
        body,
        signal: attempting.signal,
      });
      await response.body.dump();
      if (response.statusCode !== 200) onRefused(`HTTP ${response.statusCode}`);
      return response.statusCode === 200;
    } catch (error) {
      if (!stopped) onRefused(attempting.signal.aborted ? 'no answer in time' : reasonOf(error));
      return false;
    } finally {
      cancel();
      attempts.delete(abort);
    }
  }

  return {
    async deliver(url, body, tell = () => {}) {
      for (const pause of [0, ...RETRY_POLICY.waits]) {
        if (!(await waits.wait(pause))) return false;
        const delivered = await attempt(url, body);
        tell(delivered);
        if (delivered) return true;
      }
      return false;
    },
    stop() {
      stopped = true;
      for (const abort of attempts) abort();
    },
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? String(error.code) : error.name;
}

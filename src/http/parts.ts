import type { Logger } from 'pino';
import type { Desk } from '../conversations/desk.ts';
import type { Settings } from '../conversations/settings.ts';
import type { Store } from '../store/documents.ts';
import type { InboundCallback, ReceiptCallback } from '../telesign/callbacks.ts';
import type { Webhooks } from '../webhooks/webhooks.ts';

/** A TeleSign account, as far as its callbacks need it. */
export interface Channel {
  id: string;
  customerId: string;
  /** Base64, as TeleSign gave them; more than one while a key is being rotated. */
  apiKeys: string[];
  /** Digits. */
  numbers: string[];
}

/** What became of a callback; the label of its count. */
export type CallbackOutcome =
  | 'inbound'
  | 'receipt'
  | 'other'
  | 'bad_signature'
  | 'unknown_channel'
  | 'not_understood'
  | 'too_large'
  | 'broken_off'
  | 'failed';

/** What the server is made from. Nothing in `http` reads a clock, an environment or a random source of its own. */
export interface HttpParts {
  store: Store;
  desk: Desk;
  settings: Settings;
  webhooks: Webhooks;
  channel: (id: string) => Channel | undefined;
  /** Resolves once the text is on disk. */
  receive: (channel: Channel, inbound: InboundCallback) => Promise<void>;
  /** Resolves once the message has moved, or will never. */
  receipt: (receipt: ReceiptCallback) => Promise<void>;
  /** Milliseconds since 1970. */
  now: () => number;
  /** A fresh bearer token, unguessable. */
  randomToken: () => string;
  log: Logger;
  metrics: {
    contentType: string;
    text: () => Promise<string>;
    callback: (outcome: CallbackOutcome) => void;
  };
  /** Whether the process can do its work now: the store answers and dialogs are loaded. */
  ready: () => Promise<boolean>;
  /** Resolves after `timeout` milliseconds, or when `signal` aborts. */
  sleep: (timeout: number, signal: AbortSignal) => Promise<void>;
  /** Hints that something was written, so that events need not wait for the next poll. */
  changes: { wait: (timeout: number, signal?: AbortSignal) => Promise<void> };
}

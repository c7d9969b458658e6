import type { Logger } from 'pino';
import type { Account, Channel, Channels } from '../channels/channels.ts';
import type { Resealed } from '../channels/reseal.ts';
import type { Desk } from '../conversations/desk.ts';
import type { Optouts } from '../conversations/optouts.ts';
import type { Limit } from '../conversations/send-rate.ts';
import type { Settings } from '../conversations/settings.ts';
import type { DialogFolder } from '../publishing/dialog-folder.ts';
import type { DialogLibrary } from '../publishing/dialog-library.ts';
import type { OpenId } from '../sign-in/open-id.ts';
import type { Store } from '../store/documents.ts';
import type { InboundCallback, ReceiptCallback } from '../telesign/callbacks.ts';
import type { Translator } from '../translation/translation.ts';
import type { Webhooks } from '../webhooks/webhooks.ts';
import type { Limits } from './limits.ts';
import type { FetchMedia } from './media.ts';

/** What the page of the console needs of its service. */
export interface ConsoleParts {
  /** Whether the service is reached by https, so that its cookie may be `Secure`. */
  secure: boolean;
  /** The console's texts in the best language for who would have these (BCP 47), the best first. */
  texts: (wanted: readonly string[]) => ConsoleTexts;
}

export interface ConsoleTexts {
  language: string;
  /** All that there are, each with the name that it calls itself. */
  languages: { language: string; name: string }[];
  texts: object;
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
  optouts: Optouts;
  settings: Settings;
  webhooks: Webhooks;
  /** Undefined when a program is the bot. */
  dialogs: { library: DialogLibrary; folder: DialogFolder } | undefined;
  /** Answers SVG; undefined when a program is the bot. */
  drawDialogs: ((language: string | undefined) => Promise<string>) | undefined;
  /** What the bot has noted of a conversation, as it may be handed out (JSON). */
  notesIn: (botState: string) => unknown;
  channels: Channels;
  /** The limits that a text of an account from one of its numbers takes a moment of. */
  sendLimits: (account: Account, number: string) => Limit[];
  /** Seals all secrets of the store with the current key. */
  reseal: () => Promise<Resealed>;
  /** The service's own texts, of `system.json`. */
  words: {
    systemText: (
      language: string,
      key: 'callback_mail_subject' | 'callback_mail_body' | 'channel_test',
      values?: { [name: string]: string },
    ) => string;
  };
  /** BCP 47. */
  defaultLanguage: string;
  console: ConsoleParts;
  limits: Limits;
  /** Undefined = only tokens of agents count. */
  openId: OpenId | undefined;
  /** Undefined = nothing translates. */
  translate: Translator | undefined;
  media: {
    fetch: FetchMedia;
    /** Where a customer opens the file with this token. */
    linkOf: (token: string) => string;
  };
  /** Resolves once the text is on disk. */
  receive: (channel: Channel, inbound: InboundCallback, traceparent: string) => Promise<void>;
  /** Resolves once the message has moved, or will never. */
  receipt: (channel: Channel, receipt: ReceiptCallback) => Promise<void>;
  /** Milliseconds since 1970. */
  now: () => number;
  /** A fresh bearer token, unguessable. */
  randomToken: () => string;
  /** Another one each time; much cheaper than a token. */
  randomId: () => string;
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

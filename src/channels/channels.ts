import type { Seal } from '../seal.ts';
import type { ChannelNumber } from '../store/channel.ts';
import type { ChannelDoc, Store } from '../store/documents.ts';
import type { OutgoingMessage, SendResult, TeleSignClient } from '../telesign/client.ts';
import { type Verdict, verdictOf } from '../telesign/verdict.ts';

/** The channel of the environment. */
export const ENVIRONMENT_CHANNEL = 'default';

/** One TeleSign account, ready for use. */
export interface Account {
  id: string;
  name: string;
  /** `environment`: what the settings say, and the API cannot change. */
  source: 'environment' | 'api';
  customerId: string;
  /** Base64, as TeleSign gave it. Undefined = not written yet, or sealed with a key that is lost. */
  apiKey: string | undefined;
  previousApiKey: string | undefined;
  apiUrl: string;
  auth: 'hmac' | 'basic';
  numbers: readonly ChannelNumber[];
  createdAt: number | undefined;
  changedAt: number | undefined;
}

/** What its callbacks need of an account. */
export interface Channel {
  id: string;
  customerId: string;
  /** Base64, as TeleSign gave them; more than one while a key is being rotated, none where there is none yet. */
  apiKeys: string[];
  /** Digits. */
  numbers: string[];
}

/** The accounts as they were read last: callbacks and sends are many, changes are few. */
export interface Channels {
  all(): readonly Account[];
  account(id: string): Account | undefined;
  channel(id: string): Channel | undefined;
  /** The account that texts of this channel leave through, also for a while after it was deleted. */
  sending(id: string): Account | undefined;
  /** The id of the channel that lists a number. */
  listing(number: string): string | undefined;
  client(id: string): TeleSignClient | undefined;
  /** Sends through the channel with this id. */
  send(id: string, message: OutgoingMessage): Promise<SendResult>;
  /** Where TeleSign is to bring its callbacks. */
  callbackUrl(id: string): string;
  /** As a key is stored. */
  sealed(apiKey: string): string;
  /** Asks TeleSign whether it knows the account, without sending a text. Never rejects. */
  validate(id: string): Promise<Verdict>;
  /** Reads them anew. */
  read(): Promise<void>;
}

export interface ChannelsParts {
  store: Pick<Store, 'channels'>;
  seal: Seal;
  /** That of the settings. Asked late: the emulator's address is known once this server listens. */
  environment: () => Account;
  callbackUrl: (id: string) => string;
  now: () => number;
  /** A new UUID each time. */
  randomId: () => string;
  clientOf: (account: Account & { apiKey: string }) => TeleSignClient;
  /** Told once of a channel whose key cannot be read: it neither sends nor takes callbacks. */
  unreadable: (channelId: string, error: unknown) => void;
}

/** Milliseconds for which a deleted channel still sends what was on its way. */
const ENDING = 3_600_000;

interface Entry {
  source: string;
  account: Account;
  channel: Channel;
  client?: TeleSignClient;
}

export function createChannels(parts: ChannelsParts): Channels {
  const { store, seal, clientOf } = parts;
  let stored = new Map<string, Entry>();
  let environment: Entry | undefined;
  let listed = new Map<string, string>();
  let ended = new Set<string>();

  function fromEnvironment(): Entry {
    environment ??= entryOf(parts.environment(), '');
    return environment;
  }

  /** One that was deleted still sends, and does nothing else. */
  const entry = (id: string) => (id === ENVIRONMENT_CHANNEL ? fromEnvironment() : stored.get(id));
  const current = (id: string) => (ended.has(id) ? undefined : entry(id));

  function opened(id: string, sealed: string | undefined): string | undefined {
    if (sealed === undefined) return undefined;
    try {
      return seal.open(sealed);
    } catch (error) {
      parts.unreadable(id, error);
      return undefined;
    }
  }

  function read(doc: ChannelDoc): Entry {
    const source = JSON.stringify(doc);
    const known = stored.get(doc._id);
    if (known?.source === source) return known;
    const { _id: id, name, customerId, apiUrl, auth, numbers, createdAt, changedAt } = doc;
    const account: Account = {
      ...{ id, name, customerId, apiUrl, auth, numbers, createdAt, changedAt },
      source: 'api',
      apiKey: opened(id, doc.apiKey),
      previousApiKey: opened(id, doc.previousApiKey),
    };
    return entryOf(account, source);
  }

  function client(id: string): TeleSignClient | undefined {
    const found = entry(id);
    const { apiKey } = found?.account ?? {};
    if (found === undefined || apiKey === undefined) return undefined;
    found.client ??= clientOf({ ...found.account, apiKey });
    return found.client;
  }

  return {
    all: () => [
      fromEnvironment().account,
      ...[...stored.values()].map(({ account }) => account).filter(({ id }) => !ended.has(id)),
    ],
    account: (id) => current(id)?.account,
    channel: (id) => current(id)?.channel,
    sending: (id) => entry(id)?.account,
    listing: (number) =>
      fromEnvironment().channel.numbers.includes(number) ? ENVIRONMENT_CHANNEL : listed.get(number),
    client,
    async send(id, message) {
      const sender = client(id);
      if (sender) return sender.send(message);
      return entry(id) === undefined ? NO_CHANNEL : NO_KEY;
    },
    callbackUrl: parts.callbackUrl,
    sealed: seal.seal,
    async validate(id) {
      const asked = client(id);
      if (!asked) return NOT_ASKED;
      // 32 hexadecimal characters, as TeleSign's own ids have.
      return verdictOf(await asked.status(parts.randomId().replaceAll('-', '').toUpperCase()));
    },
    async read() {
      const docs = await store.channels.find({}, { sort: { _id: 1 } }).toArray();
      ended = new Set();
      for (const { _id, endedAt } of docs) {
        if (endedAt === undefined) continue;
        ended.add(_id);
        if (endedAt < parts.now() - ENDING) await store.channels.deleteOne({ _id, endedAt });
      }
      stored = new Map(docs.map((doc) => [doc._id, read(doc)]));
      listed = new Map(
        docs
          .filter(({ _id }) => !ended.has(_id))
          .flatMap(({ _id, numbers }) => numbers.map(({ number }) => [number, _id] as const)),
      );
    },
  };
}

function entryOf(account: Account, source: string): Entry {
  const { id, customerId, apiKey, previousApiKey, numbers } = account;
  const apiKeys = [apiKey, previousApiKey].filter((key) => key !== undefined);
  return {
    source,
    account,
    channel: { id, customerId, apiKeys, numbers: numbers.map(({ number }) => number) },
  };
}

const NOT_ASKED: Verdict = {
  verdict: 'no_key',
  code: null,
  message: 'The channel has no API key that can be read: write the key.',
};

/** To be tried again: another process may have made the channel, and this one read it in a second. */
const NO_CHANNEL: SendResult = {
  outcome: 'rejected',
  code: 'no_channel',
  description: 'Its channel is deleted: make one with the number, and send it again.',
  retryable: true,
};

const NO_KEY: SendResult = {
  outcome: 'rejected',
  code: 'no_api_key',
  description: 'Its channel has no API key that can be read: write the key.',
  retryable: true,
};

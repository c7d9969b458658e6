import { createHmac } from 'node:crypto';
import { Agent, type Dispatcher } from 'undici';
import { type Account, type Channels, createChannels, ENVIRONMENT_CHANNEL } from './channels/channels.ts';
import type { Config } from './config.ts';
import { SEND_TIMEOUT } from './conversations/outbox.ts';
import { createDemo, type Demo } from './demo.ts';
import { createServiceBehind } from './demo-view.ts';
import type { Logger } from './log.ts';
import { createSeal } from './seal.ts';
import type { Store } from './store/documents.ts';
import { createTeleSignClient } from './telesign/client.ts';
import { LOOPBACK, publicLookup } from './webhooks/address.ts';

interface AccountParts {
  store: Pick<Store, 'channels' | 'conversations'>;
  /** Sets the clock of demo mode forward, by milliseconds. */
  advance: (time: number) => void;
  adminToken: string;
  /** This server's own address, known once it listens. */
  url: () => string;
  randomToken: () => string;
  randomId: () => string;
  now: () => number;
  random: () => number;
  dispatcher: Dispatcher;
  log: Logger;
}

/** The TeleSign accounts: that of the settings or, where they name none, the emulator's, and those of the API. */
export function createAccounts(
  config: Config,
  parts: AccountParts,
): { demo: Demo | undefined; channels: Channels; close: () => Promise<void> } {
  const { store, adminToken, url, randomId, now, dispatcher, log } = parts;
  const callbackUrl = (id: string) => `${config.publicUrl ?? url()}/callbacks/telesign/${id}`;
  let demo: Demo | undefined;
  if (!config.telesign) {
    // The same in every process that has the admin's, and at each start.
    const agentToken = createHmac('sha256', adminToken).update('sample agent').digest('base64url');
    const local = () => `${url()}/callbacks/telesign/${ENVIRONMENT_CHANNEL}`;
    // The clocks of several processes would not agree any more.
    const alone = config.mongodbUri === undefined;
    demo = createDemo({
      ...parts,
      agentToken,
      service: alone ? createServiceBehind(store, parts) : undefined,
      callbackUrl: local,
    });
  }
  const environment = (): Account => ({
    id: ENVIRONMENT_CHANNEL,
    source: 'environment',
    createdAt: undefined,
    changedAt: undefined,
    ...(config.telesign
      ? {
          ...config.telesign,
          name: 'TeleSign',
          numbers: config.telesign.numbers.map((number) => ({ ...number, description: '' })),
        }
      : { name: 'Emulator', previousApiKey: undefined, apiUrl: url(), ...demoAccount(demo) }),
  });
  // Hosts of the API's channels are looked at when the connection is made, as those of webhooks are: a name that was
  // public when it was written must not lead into the own network later. Those of the settings are the operator's word.
  const trusted = [...config.webhookHosts, ...(config.telesign ? [] : LOOPBACK)];
  const outside = new Agent({ connections: 64, connect: { lookup: publicLookup(trusted) } });
  const channels = createChannels({
    store,
    seal: createSeal(config.secretKeys, 'channel keys'),
    environment,
    callbackUrl,
    now,
    randomId,
    clientOf: ({ customerId, apiKey, apiUrl, auth, source }) =>
      createTeleSignClient({
        ...{ customerId, apiKey, apiUrl, auth, now },
        dispatcher: source === 'api' ? outside : dispatcher,
        nonce: randomId,
        timeout: SEND_TIMEOUT,
      }),
    unreadable: (channel, error) =>
      log.error({ err: error, channel }, 'the API key of a channel cannot be read'),
  });
  return { demo, channels, close: () => outside.close() };
}

function demoAccount(demo: Demo | undefined) {
  if (!demo) throw new Error('There is no account.');
  return demo.account;
}

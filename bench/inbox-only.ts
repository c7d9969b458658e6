/** The service's HTTP side and inbox on the embedded store, without bot and workers: what a callback costs by itself. */
import { randomBytes, randomUUID } from 'node:crypto';
import { Agent } from 'undici';
import { type Account, createChannels, ENVIRONMENT_CHANNEL } from '../src/channels/channels.ts';
import { createDesk } from '../src/conversations/desk.ts';
import { receive } from '../src/conversations/inbox.ts';
import { createSettings } from '../src/conversations/settings.ts';
import { createLimits } from '../src/http/limits.ts';
import { createServer } from '../src/http/server.ts';
import { createLog } from '../src/log.ts';
import { createMetrics } from '../src/metrics.ts';
import { createSeal } from '../src/seal.ts';
import { openEmbeddedStore } from '../src/store/embedded.ts';
import { createTeleSignClient } from '../src/telesign/client.ts';
import { countSegments, splitText } from '../src/telesign/text.ts';
import { createWake } from '../src/wake.ts';
import { createSubscriptions } from '../src/webhooks/subscriptions.ts';
import { createWebhooks } from '../src/webhooks/webhooks.ts';
import { ACCOUNT } from './account.ts';
import { SUPPORT_NUMBER } from './conversation-script.ts';

const now = Date.now;
const store = await openEmbeddedStore({ dataDir: process.env.DATA_DIR ?? '', onUnindexed: 'throw' });
const settings = createSettings(store, { language: 'en', queueId: 'support' });
const changes = createWake();
const account: Account = {
  id: ENVIRONMENT_CHANNEL,
  name: 'TeleSign',
  source: 'environment',
  customerId: ACCOUNT.customerId,
  apiKey: ACCOUNT.apiKey,
  previousApiKey: undefined,
  apiUrl: 'https://telesign.test',
  auth: 'hmac',
  numbers: [{ number: SUPPORT_NUMBER, type: 'geo', description: '' }],
  createdAt: undefined,
  changedAt: undefined,
};
const { server, close } = createServer({
  store,
  settings,
  desk: createDesk({
    store,
    now,
    settings,
    automatedText: () => '',
    split: (text) => splitText(text),
    due: () => {},
    rejected: async () => {},
    queued: () => {},
  }),
  optouts: { say: async () => null, blocked: async () => {}, blockedAt: async () => {} },
  dialogs: undefined,
  notesIn: (botState) => botState,
  drawDialogs: undefined,
  media: { fetch: async () => ({ failed: 'not_allowed' }), linkOf: (token) => token },
  console: { secure: false, texts: () => ({ language: 'en', languages: [], texts: {} }) },
  webhooks: createWebhooks({
    subscriptions: createSubscriptions(store),
    seal: createSeal({ current: undefined }, 'webhook secrets'),
    post: async () => ({ failed: 'none' }),
    trusted: [],
    now,
    randomId: randomUUID,
    randomBytes,
    due: () => {},
  }),
  now,
  sleep: createWake().wait,
  randomToken: randomUUID,
  randomId: randomUUID,
  log: createLog('info'),
  metrics: createMetrics({ store, now }),
  changes,
  sendLimits: () => [],
  channels: createChannels({
    store,
    seal: createSeal({ current: undefined }, 'channel keys'),
    environment: () => account,
    callbackUrl: (id) => id,
    now,
    randomId: randomUUID,
    clientOf: (account) =>
      createTeleSignClient({ ...account, dispatcher: new Agent(), now, nonce: randomUUID }),
    unreadable: () => {},
  }),
  words: { systemText: (_language, key) => key },
  defaultLanguage: 'en',
  limits: createLimits({ trustedProxies: [] }),
  openId: undefined,
  translate: undefined,
  reseal: async () => ({ resealed: 0, current: 0, unreadable: [] }),
  async receive({ id }, inbound) {
    const { segments } = countSegments(inbound.text);
    await receive(store, id, { ...inbound, segments }, now());
    changes.wake();
  },
  receipt: async () => {},
  ready: async () => true,
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => {
  void close()
    .then(() => store.close())
    .finally(() => process.exit());
});

/** The service's HTTP side and inbox on the embedded store, without bot and workers: what a callback costs by itself. */
import { randomBytes, randomUUID } from 'node:crypto';
import { createDesk } from '../src/conversations/desk.ts';
import { receive } from '../src/conversations/inbox.ts';
import { createSettings } from '../src/conversations/settings.ts';
import { createServer } from '../src/http/server.ts';
import { createLog } from '../src/log.ts';
import { createMetrics } from '../src/metrics.ts';
import { openEmbeddedStore } from '../src/store/embedded.ts';
import { countSegments, splitText } from '../src/telesign/text.ts';
import { createWake } from '../src/wake.ts';
import { createSeal } from '../src/webhooks/seal.ts';
import { createSubscriptions } from '../src/webhooks/subscriptions.ts';
import { createWebhooks } from '../src/webhooks/webhooks.ts';
import { ACCOUNT } from './account.ts';
import { SUPPORT_NUMBER } from './conversation-script.ts';

const now = Date.now;
const store = await openEmbeddedStore({ dataDir: process.env.DATA_DIR ?? '', onUnindexed: 'throw' });
const settings = createSettings(store, { language: 'en', queueId: 'support' });
const changes = createWake();
const channel = {
  id: ACCOUNT.channelId,
  customerId: ACCOUNT.customerId,
  apiKeys: [ACCOUNT.apiKey],
  numbers: [SUPPORT_NUMBER],
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
  webhooks: createWebhooks({
    subscriptions: createSubscriptions(store),
    seal: createSeal(undefined),
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
  log: createLog('info'),
  metrics: createMetrics({ store, now }),
  changes,
  channel: (id) => (id === channel.id ? channel : undefined),
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

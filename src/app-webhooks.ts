import { Agent } from 'undici';
import type { Config } from './config.ts';
import type { NewsSource } from './conversations/news.ts';
import type { Metrics } from './metrics.ts';
import { createSeal } from './seal.ts';
import type { Store } from './store/documents.ts';
import { exchange, parseRetryAfter } from './telesign/exchange.ts';
import { LOOPBACK, publicLookup, urlProblem } from './webhooks/address.ts';
import { POST_TIMEOUT, type Post } from './webhooks/deliver.ts';
import type { Subscriptions } from './webhooks/subscriptions.ts';
import { createWebhooks } from './webhooks/webhooks.ts';
import { createDeliveries } from './workers/deliveries.ts';
import type { WorkerParts } from './workers/loop.ts';
import { createPublisher, NEWS } from './workers/publisher.ts';

interface AppWebhooksParts extends WorkerParts {
  store: Store;
  now: () => number;
  news: NewsSource;
  metrics: Pick<Metrics, 'delivery'>;
  subscriptions: Subscriptions;
  random: () => number;
  randomId: () => string;
  randomBytes: (size: number) => Buffer;
}

/** What tells other programs: the webhooks, and the loops that bring their events out. */
export function createAppWebhooks(config: Config, parts: AppWebhooksParts) {
  const { subscriptions, log } = parts;
  const trusted = [...config.webhookHosts, ...(config.telesign ? [] : LOOPBACK)];
  const dispatcher = new Agent({ connections: 16, connect: { lookup: publicLookup(trusted) } });
  const post: Post = async ({ url: to, headers, body }) => {
    // The settings may have changed since the webhook was saved, and a lookup is not asked about an address.
    if (urlProblem(to, trusted) !== undefined) return { failed: 'not_allowed' };
    const { origin, pathname, search } = new URL(to);
    const answer = await exchange(dispatcher, {
      origin,
      path: pathname + search,
      method: 'POST',
      headers,
      body,
      timeout: POST_TIMEOUT,
    });
    if (answer.result !== 'answered') return { failed: answer.reason };
    const { status, header } = answer;
    return { status, retryAfter: parseRetryAfter(header('retry-after'), parts.now()) };
  };
  const outside = { ...parts, seal: createSeal(config.secretKeys, 'webhook secrets'), post, trusted };
  const deliveries = createDeliveries({
    ...outside,
    ended: parts.metrics.delivery,
    gone: ({ _id }) =>
      log.warn({ webhook: _id }, 'a webhook is turned off: its receiver says that it is gone'),
  });
  const publisher = createPublisher({
    ...outside,
    published(webhookIds) {
      for (const id of webhookIds) deliveries.hint(id);
    },
  });
  const webhooks = createWebhooks({
    ...outside,
    due() {
      for (const { _id } of subscriptions.all()) deliveries.hint(_id);
    },
  });
  return {
    webhooks,
    newsCame: () => publisher.hint(NEWS),
    start() {
      for (const loop of [publisher, deliveries]) loop.start();
    },
    async stop() {
      await publisher.stop();
      await deliveries.stop();
      await dispatcher.close();
    },
  };
}

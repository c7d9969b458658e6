import type { EventType, Store, WebhookDoc } from '../store/documents.ts';

/**
 * The webhooks that are on, as they were read last. Decisions are many and ask it each time, so it costs no read: with
 * no webhook, nothing is written or read for one.
 */
export interface Subscriptions {
  wants(type: EventType): boolean;
  all(): readonly WebhookDoc[];
  get(id: string): WebhookDoc | undefined;
  /** Reads them anew. Another process's change holds here after the next time. */
  read(): Promise<void>;
}

export function createSubscriptions(store: Pick<Store, 'webhooks'>): Subscriptions {
  let webhooks: readonly WebhookDoc[] = [];
  return {
    wants: (type) => webhooks.some((webhook) => takes(webhook, type)),
    all: () => webhooks,
    get: (id) => webhooks.find(({ _id }) => _id === id),
    async read() {
      const read = await store.webhooks.find({}, { sort: { _id: 1 } }).toArray();
      webhooks = read.filter(({ on }) => on);
    },
  };
}

export function takes({ events }: WebhookDoc, type: EventType): boolean {
  return events === null || events.includes(type);
}

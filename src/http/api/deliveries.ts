import { z } from 'zod';
import { SwitchboardError } from '../../errors.ts';
import type { DeliveryDoc } from '../../store/documents.ts';
import { laneOf } from '../../webhooks/delivery.ts';
import { pageByChange } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { idParameter, pageOf } from '../schemas.ts';
import { isoTime } from '../views.ts';
import { type DeliveryView, delivery, deliveryPage } from '../webhook-schemas.ts';
import { knownWebhook } from './webhooks.ts';

const tag = 'Webhooks';

const WEBHOOK = '6f1c1c0e-52a3-4a53-9d47-0d8a1b6f2a10';
const EXAMPLE_DELIVERY: DeliveryView = {
  id: `${WEBHOOK}:3b0d6f0a-4a52-4b8e-8c55-1f6a8f3b9c11`,
  webhookId: WEBHOOK,
  eventId: '3b0d6f0a-4a52-4b8e-8c55-1f6a8f3b9c11',
  type: 'conversation.closed',
  sequence: 1042,
  conversationId: '15550109999-15550100001',
  queueId: null,
  status: 'dead',
  attempts: 11,
  nextAt: null,
  answer: '503',
  changedAt: '2026-03-03T09:30:00.000Z',
};

/** What has been told to a webhook, and telling it again. */
export function deliveryRoutes({
  store,
  now,
  webhooks,
}: Pick<HttpParts, 'store' | 'now' | 'webhooks'>): Route[] {
  return [
    route({
      operation: 'listDeliveries',
      method: 'get',
      path: '/api/webhooks/{id}/deliveries',
      tag,
      summary: 'What became of a webhook’s events, the newest first',
      description:
        '`queued`: to be sent, or sent again. `delivered`: the receiver answered 2xx. `dead`: given up after about a day of tries, or since the receiver answered 410. Kept for a week.',
      request: z.object({ params: idParameter, query: deliveryPage }),
      answer: {
        status: 200,
        description: 'A page of deliveries.',
        schema: pageOf(delivery),
        example: { items: [EXAMPLE_DELIVERY], cursor: null },
      },
      errors: ['not_found'],
      async handle({ params, query }) {
        const { _id: webhookId, pausedUntil } = await knownWebhook(store, params.id);
        const page = await pageByChange<DeliveryDoc>(query, (changed, limit) =>
          store.deliveries
            .find({ webhookId, status: query.status, ...changed }, { sort: { changedAt: -1 }, limit })
            .toArray(),
        );
        return { items: page.items.map((one) => deliveryView(one, pausedUntil)), cursor: page.cursor };
      },
    }),
    route({
      operation: 'retryDelivery',
      method: 'post',
      path: '/api/deliveries/{id}/retry',
      tag,
      summary: 'Send one event again, now',
      description:
        'Also one that was delivered or given up. Its tries are counted anew. It keeps its place among the events of its conversation. A receiver that asked to be left alone (`Retry-After`) is tried again at once, with all that is due.',
      request: z.object({ params: idParameter }),
      answer: {
        status: 200,
        description: 'The delivery.',
        schema: delivery,
        example: { ...EXAMPLE_DELIVERY, status: 'queued', attempts: 0, nextAt: EXAMPLE_DELIVERY.changedAt },
      },
      errors: ['not_found'],
      async handle({ params }) {
        const found = await store.deliveries.findOne({ _id: params.id });
        if (!found) throw new SwitchboardError('not_found', 'There is no such delivery.');
        // What was for a webhook that was deleted is kept for as long as its event, and sent to nobody.
        await knownWebhook(store, found.webhookId);
        const again = await store.deliveries.findOneAndUpdate(
          { _id: params.id },
          {
            $set: {
              status: 'queued',
              lane: laneOf(found),
              nextAt: now(),
              attempts: 0,
              changedAt: now(),
            },
          },
          { returnDocument: 'after' },
        );
        await store.webhooks.updateOne(
          { _id: found.webhookId },
          { $set: { resumedAt: now() }, $unset: { pausedUntil: true } },
        );
        await store.durable();
        await webhooks.changed();
        return deliveryView(again ?? found);
      },
    }),
  ];
}

function deliveryView(doc: DeliveryDoc, pausedUntil = 0): DeliveryView {
  const { _id: id, webhookId, eventId, type, sequence, status, attempts } = doc;
  return {
    ...{ id, webhookId, eventId, type, sequence, status, attempts },
    conversationId: doc.conversationId ?? null,
    queueId: doc.queueId ?? null,
    nextAt: doc.nextAt === undefined ? null : isoTime(Math.max(doc.nextAt, pausedUntil)),
    answer: doc.answer ?? null,
    changedAt: isoTime(doc.changedAt),
  };
}

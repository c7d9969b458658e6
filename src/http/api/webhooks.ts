import { z } from 'zod';
import { SwitchboardError } from '../../errors.ts';
import type { DeliveryDoc, Store, WebhookDoc } from '../../store/documents.ts';
import { decodeCursor, readPage } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import { invalidRequest } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { idParameter, pageOf } from '../schemas.ts';
import { isoTime } from '../views.ts';
import {
  type DeliveryView,
  delivery,
  deliveryPage,
  newWebhook,
  replayFrom,
  replayUnderWay,
  testResult,
  type WebhookView,
  webhook,
  webhookChanges,
  webhookWithSecret,
} from '../webhook-schemas.ts';

const tag = 'Webhooks';

/** Each is asked for every event, and each has work of its own. */
const MOST_WEBHOOKS = 50;

/** Milliseconds that the secret before signs too. */
const ROTATION = 24 * 60 * 60 * 1000;

const EXAMPLE: WebhookView = {
  id: '6f1c1c0e-52a3-4a53-9d47-0d8a1b6f2a10',
  url: 'https://crm.example.com/switchboard',
  events: ['conversation.queued', 'conversation.untaken', 'conversation.closed'],
  on: true,
  offReason: null,
  includeTexts: false,
  replay: null,
  createdAt: '2026-03-02T09:30:00.000Z',
  changedAt: '2026-03-02T09:30:00.000Z',
};
const EXAMPLE_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=';
const EXAMPLE_DELIVERY: DeliveryView = {
  id: `${EXAMPLE.id}:3b0d6f0a-4a52-4b8e-8c55-1f6a8f3b9c11`,
  webhookId: EXAMPLE.id,
  eventId: '3b0d6f0a-4a52-4b8e-8c55-1f6a8f3b9c11',
  type: 'conversation.closed',
  sequence: 1042,
  conversationId: '15550109999-15550100001',
  status: 'dead',
  attempts: 11,
  nextAt: null,
  answer: '503',
  changedAt: '2026-03-03T09:30:00.000Z',
};

export function webhookRoutes({
  store,
  now,
  webhooks,
}: Pick<HttpParts, 'store' | 'now' | 'webhooks'>): Route[] {
  /** Changes it, here at once and in other processes within a second. */
  async function change(
    id: string,
    update: Parameters<Store['webhooks']['updateOne']>[1],
  ): Promise<WebhookDoc> {
    const changed = await store.webhooks.findOneAndUpdate({ _id: id }, update, { returnDocument: 'after' });
    if (!changed) throw unknownWebhook();
    await store.durable();
    await webhooks.changed();
    return changed;
  }

  return [
    route({
      operation: 'listWebhooks',
      method: 'get',
      path: '/api/webhooks',
      tag,
      summary: 'All webhooks',
      request: z.object({}),
      answer: {
        status: 200,
        description: 'Every webhook, the oldest first.',
        schema: z.object({ items: z.array(webhook) }),
        example: { items: [EXAMPLE] },
      },
      errors: [],
      async handle() {
        const all = await store.webhooks.find({}).toArray();
        return { items: all.sort((a, b) => a.createdAt - b.createdAt).map(webhookView) };
      },
    }),
    route({
      operation: 'createWebhook',
      method: 'post',
      path: '/api/webhooks',
      tag,
      summary: 'Add a webhook',
      description:
        'It gets the events from now on; other processes know of it within a second. The answer holds the secret that its requests are signed with. It is shown this once.',
      request: z.object({ body: newWebhook }),
      exampleBody: { url: EXAMPLE.url, events: ['conversation.queued', 'conversation.closed'] },
      answer: {
        status: 201,
        description: 'The webhook and its secret.',
        schema: webhookWithSecret,
        example: { webhook: EXAMPLE, secret: EXAMPLE_SECRET },
      },
      errors: [],
      async handle({ body }) {
        refuseUrl(body.url);
        if ((await store.webhooks.countDocuments({}, { limit: MOST_WEBHOOKS })) >= MOST_WEBHOOKS) {
          throw invalidRequest([{ path: 'body', message: `There are ${MOST_WEBHOOKS} webhooks already.` }]);
        }
        const { secret, sealed } = webhooks.newSecret();
        const at = now();
        const doc = { ...body, _id: webhooks.newId(), secret: sealed, createdAt: at, changedAt: at };
        await store.webhooks.insertOne(doc);
        await store.durable();
        await webhooks.changed();
        return { webhook: webhookView(doc), secret };
      },
    }),
    route({
      operation: 'getWebhook',
      method: 'get',
      path: '/api/webhooks/{id}',
      tag,
      summary: 'One webhook',
      request: z.object({ params: idParameter }),
      answer: { status: 200, description: 'The webhook.', schema: webhook, example: EXAMPLE },
      errors: ['not_found'],
      handle: async ({ params }) => webhookView(await known(store, params.id)),
    }),
    route({
      operation: 'changeWebhook',
      method: 'patch',
      path: '/api/webhooks/{id}',
      tag,
      summary: 'Change a webhook',
      description:
        'While it is off, nothing is sent and nothing new is kept for it; what waited goes out when it is on again.',
      request: z.object({ params: idParameter, body: webhookChanges }),
      exampleBody: { on: true },
      answer: { status: 200, description: 'The webhook, changed.', schema: webhook, example: EXAMPLE },
      errors: ['not_found'],
      async handle({ params, body }) {
        if (body.url !== undefined) refuseUrl(body.url);
        const again = body.on === true ? { $unset: { offReason: true } as const } : {};
        return webhookView(await change(params.id, { $set: { ...body, changedAt: now() }, ...again }));
      },
    }),
    route({
      operation: 'deleteWebhook',
      method: 'delete',
      path: '/api/webhooks/{id}',
      tag,
      summary: 'Remove a webhook',
      description: 'What waits for it is never sent.',
      request: z.object({ params: idParameter }),
      empty: 'It is gone.',
      errors: ['not_found'],
      async handle({ params }) {
        const { deletedCount } = await store.webhooks.deleteOne({ _id: params.id });
        if (deletedCount === 0) throw unknownWebhook();
        await store.durable();
        await webhooks.changed();
        return null;
      },
    }),
    route({
      operation: 'rotateWebhookSecret',
      method: 'post',
      path: '/api/webhooks/{id}/secret',
      tag,
      summary: 'Give a webhook a new secret',
      description: 'For a day requests are signed with both, so that the receiver can change over.',
      request: z.object({ params: idParameter }),
      answer: {
        status: 200,
        description: 'The webhook and its new secret, shown this once.',
        schema: webhookWithSecret,
        example: { webhook: EXAMPLE, secret: EXAMPLE_SECRET },
      },
      errors: ['not_found'],
      async handle({ params }) {
        const { secret: previousSecret } = await known(store, params.id);
        const { secret, sealed } = webhooks.newSecret();
        const previousUntil = now() + ROTATION;
        const changed = await change(params.id, {
          $set: { secret: sealed, previousSecret, previousUntil, changedAt: now() },
        });
        return { webhook: webhookView(changed), secret };
      },
    }),
    route({
      operation: 'testWebhook',
      method: 'post',
      path: '/api/webhooks/{id}/test',
      tag,
      summary: 'Send a test event now',
      description:
        'An event `webhook.test` with the sequence 0, signed as all are, sent once and never again. It is sent also while the webhook is off.',
      request: z.object({ params: idParameter }),
      answer: {
        status: 200,
        description: 'What the receiver answered.',
        schema: testResult,
        example: { delivered: true, answer: '204', duration: 87 },
      },
      errors: ['not_found'],
      handle: async ({ params }) => webhooks.test(await known(store, params.id)),
    }),
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
        const { _id: webhookId } = await known(store, params.id);
        const page = await readPage<DeliveryDoc>({
          read: (from, limit) =>
            store.deliveries
              .find(
                {
                  webhookId,
                  status: query.status,
                  ...(from === undefined ? {} : { changedAt: { $lte: from } }),
                },
                { sort: { changedAt: -1 }, limit },
              )
              .toArray(),
          positionOf: (doc) => ({ at: doc.changedAt, tie: doc._id }),
          order: -1,
          after: decodeCursor(query.cursor),
          limit: query.limit,
        });
        return { items: page.items.map(deliveryView), cursor: page.cursor };
      },
    }),
    route({
      operation: 'replayWebhook',
      method: 'post',
      path: '/api/webhooks/{id}/replay',
      tag,
      summary: 'Send events again, from a sequence number on',
      description:
        'All events from this one to the newest that are kept (a week) and that the webhook takes, in their order, with their ids as before. Only events that some webhook wanted when they happened are kept. Asking anew replaces a replay under way.',
      request: z.object({ params: idParameter, body: replayFrom }),
      exampleBody: { from: 1000 },
      answer: {
        status: 200,
        description: 'It is under way.',
        schema: replayUnderWay,
        example: { from: 1000, to: 1042 },
      },
      errors: ['not_found'],
      async handle({ params, body: { from } }) {
        const newest = await store.events.findOne({ sequence: { $gte: from } }, { sort: { sequence: -1 } });
        const replay = { from, to: newest?.sequence ?? from - 1 };
        await change(params.id, newest ? { $set: { replay } } : { $unset: { replay: true } });
        return replay;
      },
    }),
    route({
      operation: 'retryDelivery',
      method: 'post',
      path: '/api/deliveries/{id}/retry',
      tag,
      summary: 'Send one event again, now',
      description: 'Also one that was delivered or given up. Its tries are counted anew.',
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
        const { webhookId, conversationId } = found;
        const again = await store.deliveries.findOneAndUpdate(
          { _id: params.id },
          {
            $set: {
              status: 'queued',
              lane: `${webhookId}:${conversationId}`,
              nextAt: now(),
              attempts: 0,
              changedAt: now(),
            },
          },
          { returnDocument: 'after' },
        );
        await store.durable();
        await webhooks.changed();
        return deliveryView(again ?? found);
      },
    }),
  ];

  function refuseUrl(url: string): void {
    const message = webhooks.urlProblem(url);
    if (message !== undefined) throw invalidRequest([{ path: 'body.url', message }]);
  }
}

function unknownWebhook(): SwitchboardError {
  return new SwitchboardError('not_found', 'There is no such webhook.');
}

async function known(store: Pick<Store, 'webhooks'>, id: string): Promise<WebhookDoc> {
  const found = await store.webhooks.findOne({ _id: id });
  if (!found) throw unknownWebhook();
  return found;
}

function webhookView(doc: WebhookDoc): WebhookView {
  return {
    id: doc._id,
    url: doc.url,
    events: doc.events,
    on: doc.on,
    offReason: doc.offReason ?? null,
    includeTexts: doc.includeTexts,
    replay: doc.replay ?? null,
    createdAt: isoTime(doc.createdAt),
    changedAt: isoTime(doc.changedAt),
  };
}

function deliveryView(doc: DeliveryDoc): DeliveryView {
  const { _id: id, webhookId, eventId, type, sequence, conversationId, status, attempts } = doc;
  return {
    ...{ id, webhookId, eventId, type, sequence, conversationId, status, attempts },
    nextAt: doc.nextAt === undefined ? null : isoTime(doc.nextAt),
    answer: doc.answer ?? null,
    changedAt: isoTime(doc.changedAt),
  };
}

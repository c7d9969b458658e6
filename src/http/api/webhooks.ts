import { z } from 'zod';
import { SwitchboardError } from '../../errors.ts';
import type { Store, WebhookDoc } from '../../store/documents.ts';
import { MOST_WEBHOOKS } from '../../store/webhook.ts';
import { pageOfAll } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import { invalidRequest } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { idParameter, pageOf, wholeList } from '../schemas.ts';
import { isoTime } from '../views.ts';
import {
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
    await told();
    return changed;
  }

  async function told(): Promise<void> {
    await store.durable();
    await webhooks.changed();
  }

  return [
    route({
      operation: 'listWebhooks',
      method: 'get',
      path: '/api/webhooks',
      tag,
      summary: 'All webhooks',
      request: wholeList,
      answer: {
        status: 200,
        description: 'Every webhook, the oldest first.',
        schema: pageOf(webhook),
        example: { items: [EXAMPLE], cursor: null },
      },
      errors: [],
      async handle({ query }) {
        const place = ({ _id, createdAt }: WebhookDoc) => ({ at: createdAt, tie: _id });
        const page = pageOfAll(await store.webhooks.find({}).toArray(), place, query);
        return { ...page, items: page.items.map(webhookView) };
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
        await told();
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
      handle: async ({ params }) => webhookView(await knownWebhook(store, params.id)),
    }),
    route({
      operation: 'changeWebhook',
      method: 'patch',
      path: '/api/webhooks/{id}',
      tag,
      summary: 'Change a webhook',
      description:
        'While it is off, nothing is sent and nothing new is kept for it; what waited goes out when it is on again. A receiver that asked to be left alone (`Retry-After`) is tried again at once.',
      request: z.object({ params: idParameter, body: webhookChanges }),
      exampleBody: { on: true },
      answer: { status: 200, description: 'The webhook, changed.', schema: webhook, example: EXAMPLE },
      errors: ['not_found'],
      async handle({ params, body }) {
        if (body.url !== undefined) refuseUrl(body.url);
        const at = now();
        const changed = await change(params.id, {
          $set: { ...body, changedAt: at, resumedAt: at },
          $unset: { pausedUntil: true, ...(body.on === true ? ({ offReason: true } as const) : {}) },
        });
        return webhookView(changed);
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
        await told();
        return null;
      },
    }),
    route({
      operation: 'rotateWebhookSecret',
      method: 'post',
      path: '/api/webhooks/{id}/secret',
      tag,
      summary: 'Give a webhook a new secret',
      description:
        'For a day requests are signed with both, so that the receiver can change over. Of two requests at once one is refused: the secret that the receiver has must stay one of the two.',
      request: z.object({ params: idParameter }),
      answer: {
        status: 200,
        description: 'The webhook and its new secret, shown this once.',
        schema: webhookWithSecret,
        example: { webhook: EXAMPLE, secret: EXAMPLE_SECRET },
      },
      errors: ['not_found', 'stale_version'],
      async handle({ params }) {
        const { secret: previousSecret } = await knownWebhook(store, params.id);
        const { secret, sealed } = webhooks.newSecret();
        const previousUntil = now() + ROTATION;
        const changed = await store.webhooks.findOneAndUpdate(
          { _id: params.id, secret: previousSecret },
          { $set: { secret: sealed, previousSecret, previousUntil, changedAt: now() } },
          { returnDocument: 'after' },
        );
        if (!changed) {
          await knownWebhook(store, params.id);
          throw new SwitchboardError('stale_version', 'Somebody else has just given it a new secret.');
        }
        await told();
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
      handle: async ({ params }) => webhooks.test(await knownWebhook(store, params.id)),
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
  ];

  function refuseUrl(url: string): void {
    const message = webhooks.urlProblem(url);
    if (message !== undefined) throw invalidRequest([{ path: 'body.url', message }]);
  }
}

function unknownWebhook(): SwitchboardError {
  return new SwitchboardError('not_found', 'There is no such webhook.');
}

/** Rejects with `not_found`. */
export async function knownWebhook(store: Pick<Store, 'webhooks'>, id: string): Promise<WebhookDoc> {
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

import { z } from 'zod';
import { DELIVERY_STATUSES, EVENT_TYPES } from '../store/documents.ts';
import { paging } from './schemas.ts';

/** What goes in and out of the API about webhooks; see `schemas.ts`. */

const time = z.iso.datetime().meta({ description: 'UTC' });
const eventType = z.enum(EVENT_TYPES);

const fields = {
  url: z.string().min(1).max(2000).meta({
    description: 'https, on the public internet; hosts in WEBHOOK_HOSTS may be private and plain http.',
  }),
  events: z
    .array(eventType)
    .min(1)
    .max(EVENT_TYPES.length)
    .nullable()
    .meta({ description: 'What it gets; null = everything, also what later versions add.' }),
  on: z.boolean(),
  includeTexts: z
    .boolean()
    .meta({ description: 'Whether events of messages hold their text. Without it, none leaves.' }),
};

const replay = z.object({
  from: z.number().int(),
  to: z.number().int().meta({ description: 'The newest event; below `from` when there is none.' }),
});

export const webhook = z
  .object({
    id: z.string(),
    ...fields,
    offReason: z
      .enum(['gone'])
      .nullable()
      .meta({ description: 'Why it was turned off by itself. `gone`: the receiver answered 410.' }),
    replay: replay.nullable().meta({ description: 'What is still to be sent again.' }),
    createdAt: time,
    changedAt: time,
  })
  .meta({ id: 'Webhook', description: 'Where events are sent.' });

export const newWebhook = z
  .strictObject({
    ...fields,
    events: fields.events.default(null),
    on: fields.on.default(true),
    includeTexts: fields.includeTexts.default(false),
  })
  .meta({ id: 'NewWebhook' });

export const webhookChanges = z.strictObject(fields).partial().meta({ id: 'WebhookChanges' });

export const webhookWithSecret = z.object({
  webhook,
  secret: z
    .string()
    .meta({ description: 'Shown this once. `whsec_` and base64, as Standard Webhooks has it.' }),
});

export const testResult = z.object({
  delivered: z.boolean(),
  answer: z.string().meta({ description: 'The HTTP status, or a code such as `timeout`.' }),
  duration: z.number().int().meta({ description: 'Milliseconds.' }),
});

export const delivery = z
  .object({
    id: z.string(),
    webhookId: z.string(),
    eventId: z.string().meta({ description: 'The `id` of the event, and its `webhook-id`.' }),
    type: eventType,
    sequence: z.number().int(),
    conversationId: z.string().nullable().meta({ description: 'Null of an event of a queue.' }),
    queueId: z.string().nullable().meta({ description: 'Null of an event of a conversation.' }),
    status: z.enum(DELIVERY_STATUSES),
    attempts: z.number().int(),
    nextAt: time.nullable().meta({ description: 'When it is tried (again).' }),
    answer: z
      .string()
      .nullable()
      .meta({ description: 'Of the last try: the HTTP status, or a code such as `timeout`.' }),
    changedAt: time,
  })
  .meta({ id: 'Delivery', description: 'One event for one webhook.' });

export const deliveryPage = z.strictObject({ status: z.enum(DELIVERY_STATUSES).default('dead'), ...paging });

export const replayFrom = z.strictObject({ from: z.number().int().min(1) });
export const replayUnderWay = replay;

export type WebhookView = z.output<typeof webhook>;
export type DeliveryView = z.output<typeof delivery>;

import type { WebhookDoc } from '../../src/store/webhook.ts';

/** A webhook that is on and gets every event, without texts. */
export function aWebhook(fields: Partial<WebhookDoc> = {}): WebhookDoc {
  return {
    _id: 'hook',
    url: 'https://example.com/hook',
    events: null,
    secret: 'whsec_c2VjcmV0',
    on: true,
    includeTexts: false,
    createdAt: 0,
    changedAt: 0,
    ...fields,
  };
}

import { createHmac } from 'node:crypto';

/** How a webhook's secret begins, as Standard Webhooks has it; base64 of 24 to 64 bytes comes after it. */
const PREFIX = 'whsec_';

export function secretOf(bytes: Uint8Array): string {
  return PREFIX + Buffer.from(bytes).toString('base64');
}

/**
 * The headers that let a receiver know who sent this body and when, as the Standard Webhooks specification has them
 * (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md). With two secrets there are two
 * signatures, and the receiver takes either: that is how a secret is changed without losing an event.
 *
 * @param at milliseconds; the header has seconds.
 */
export function signedHeaders(
  secrets: readonly string[],
  id: string,
  at: number,
  body: string,
): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

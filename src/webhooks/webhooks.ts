import type { Seal } from '../seal.ts';
import type { WebhookDoc } from '../store/documents.ts';
import { urlProblem } from './address.ts';
import { type Post, send } from './deliver.ts';
import { secretOf } from './signature.ts';
import type { Subscriptions } from './subscriptions.ts';

/** How a receiver answered a test. */
export interface TestResult {
  delivered: boolean;
  /** The HTTP status, or a code such as `timeout`, `PRIVATE_ADDRESS` or `secret_unreadable`. */
  answer: string;
  /** Milliseconds. */
  duration: number;
}

/** What administrators do with webhooks, beyond reading and writing their documents. */
export interface Webhooks {
  newId(): string;
  /** A new secret, to be shown once, and as it is stored. */
  newSecret(): { secret: string; sealed: string };
  /** What is wrong with the URL, for people; undefined when nothing is. */
  urlProblem(url: string): string | undefined;
  /** Sends an event `webhook.test` now, once. */
  test(webhook: WebhookDoc): Promise<TestResult>;
  /** Lets this process know of a change at once. */
  changed(): Promise<void>;
}

export interface WebhooksParts {
  subscriptions: Pick<Subscriptions, 'read'>;
  seal: Seal;
  post: Post;
  /** Hosts of the operator's own network. */
  trusted: readonly string[];
  now: () => number;
  randomId: () => string;
  randomBytes: (count: number) => Uint8Array;
  /** Told that something may be due for a webhook. */
  due: () => void;
}

/** Standard Webhooks asks for 24 to 64. */
const SECRET_BYTES = 32;

export function createWebhooks(parts: WebhooksParts): Webhooks {
  const { seal, now, randomId } = parts;
  return {
    newId: randomId,
    newSecret() {
      const secret = secretOf(parts.randomBytes(SECRET_BYTES));
      return { secret, sealed: seal.seal(secret) };
    },
    urlProblem: (url) => urlProblem(url, parts.trusted),
    async test(webhook) {
      const id = randomId();
      const started = now();
      const timestamp = new Date(started).toISOString();
      const payload = { id, sequence: 0, type: 'webhook.test', timestamp, data: {} };
      const answer = await send(parts, webhook, id, payload);
      const status = 'status' in answer ? answer.status : 0;
      return {
        delivered: status >= 200 && status < 300,
        answer: 'status' in answer ? String(status) : answer.failed,
        duration: now() - started,
      };
    },
    async changed() {
      await parts.subscriptions.read();
      parts.due();
    },
  };
}

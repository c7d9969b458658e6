import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  path: string;
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: events of every shape; each test looks at what it expects.
  event: any;
  /** Signed with the secret, over these very bytes. */
  signed: (secret: string) => boolean;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** The status to answer with from now on; a redirect goes to `/elsewhere`. */
  answer: (received: Received) => number;
  /** Seconds for which it asks to be left alone, with each answer but 2xx. */
  retryAfter?: number;
  close(): Promise<void>;
}

/** A program that gets webhooks, on a free port. It checks signatures in its own way, as Standard Webhooks describes it. */
export async function startReceiver(): Promise<Receiver> {
  const receiver: Receiver = {
    url: '',
    received: [],
    answer: () => 204,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks);
      const headers = req.headers as Record<string, string>;
      const signed = (secret: string) => {
        const mac = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'));
        mac.update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`).update(body);
        return (headers['webhook-signature'] ?? '').split(' ').includes(`v1,${mac.digest('base64')}`);
      };
      const received = { path: req.url ?? '', headers, event: JSON.parse(body.toString()), signed };
      receiver.received.push(received);
      const status = receiver.answer(received);
      if (status >= 300 && status < 400) res.setHeader('location', '/elsewhere');
      if (status >= 300 && receiver.retryAfter) res.setHeader('retry-after', receiver.retryAfter);
      res.writeHead(status);
      res.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return receiver;
}

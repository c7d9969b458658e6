import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Sink {
  url: string;
  /** Told of each text that a service sends, once it is read whole and before it is answered. */
  onText: (customer: string, form: string) => void;
  close(): Promise<void>;
}

/**
 * TeleSign's `POST /v1/messaging` at its cheapest: accepts every text at once and looks at nothing but the number.
 * Bare `node:http`, so that what is measured is the service and not what it sends to.
 */
export async function openSink(): Promise<Sink> {
  let accepted = 0;
  const answer = (req: IncomingMessage, res: ServerResponse) => {
    let form = '';
    req.setEncoding('latin1');
    req.on('data', (chunk: string) => {
      form += chunk;
    });
    req.on('end', () => {
      const customer = /(?:^|&)phone_number=(\d+)/.exec(form)?.[1];
      if (req.url !== '/v1/messaging' || req.method !== 'POST' || customer === undefined) {
        res.writeHead(404);
        res.end();
        return;
      }
      sink.onText(customer, form);
      accepted += 1;
      const id = accepted.toString(16).toUpperCase().padStart(32, '0');
      const body = `{"reference_id":"${id}","status":{"code":290,"description":"Message in progress","updated_on":"2026-11-24T12:00:01.123456Z"}}`;
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
      res.end(body);
    });
  };
  const server = createServer(answer);
  // A service idles while another one is measured: it should find its connections open.
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The sink has no port.');
  const sink: Sink = {
    url: `http://127.0.0.1:${address.port}`,
    onText: () => {},
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return sink;
}

/** The text in a form that a service sent. */
export function textOf(form: string): string {
  return new URLSearchParams(form).get('message') ?? '';
}

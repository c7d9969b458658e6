import type { Server, ServerResponse } from 'node:http';

/** Milliseconds that requests in hand may take once the server closes. */
const CLOSING_TIME = 5_000;

/**
 * Watches a server, so that it can be closed without breaking an answer off: nothing new comes in, what is in hand
 * finishes, then every connection goes. Node's own `close` would wait for connections on which nothing was asked yet.
 */
export function closable(server: Server): () => Promise<void> {
  let inHand = 0;
  let closing = false;
  const watch = (_req: unknown, res: ServerResponse) => {
    inHand++;
    res.on('close', () => {
      inHand--;
      if (closing && inHand === 0) server.closeAllConnections();
    });
  };
  server.on('request', watch);
  server.on('checkContinue', watch);

  return async () => {
    closing = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    if (inHand === 0) server.closeAllConnections();
    const cut = setTimeout(() => server.closeAllConnections(), CLOSING_TIME);
    await closed;
    clearTimeout(cut);
  };
}

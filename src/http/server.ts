import type { IncomingMessage, ServerResponse } from 'node:http';
import restify, { type Next, type Request, type Response, type Server } from 'restify';
import { createCallbackHandler } from './callbacks.ts';
import { closable } from './closing.ts';
import { mount } from './dispatch.ts';
import { DOCS_POLICY, docsPage } from './docs-page.ts';
import { createEventHub } from './event-hub.ts';
import { mountEvents } from './events.ts';
import { mountHealth } from './health.ts';
import { createOpenApi } from './openapi.ts';
import { apiRoutes, documented } from './operations.ts';
import type { HttpParts } from './parts.ts';
import { sendProblem } from './problem.ts';

/** What restify's published types, which are those of version 8, do not have yet. */
declare module 'restify' {
  interface Server {
    /** Runs before anything else; `false` says that the request is taken care of. */
    first(handler: (req: IncomingMessage, res: ServerResponse) => boolean): Server;
  }
  /** It logs with pino since version 9, with bunyan before. */
  function createServer(options: Omit<ServerOptions, 'log'> & { log: HttpParts['log'] }): Server;
}

/** Milliseconds. A client that is slower than this, or half-open, is cut. */
const TIMEOUTS = {
  headersTimeout: 10_000,
  /** For the whole request to come in. */
  requestTimeout: 20_000,
  /** Longer than load balancers keep an idle connection, so that they never use one that is just closing. */
  keepAliveTimeout: 65_000,
  /** Nothing sent or received. Event streams have a heartbeat well below it. */
  timeout: 75_000,
  /** How often the first two are looked at; Node's own 30 s would let them run that much over. */
  connectionsCheckingInterval: 2_000,
};

/** Long enough for the id of any message, whose `:` may come escaped. */
const MAX_PARAMETER = 400;

export interface HttpServer {
  /** Not yet listening. Routes of other parts may be added to it. */
  server: Server;
  /** Takes no more requests, ends event streams, lets what is in hand finish, and cuts what then still hangs. */
  close: () => Promise<void>;
}

export function createServer(parts: HttpParts): HttpServer {
  const server = restify.createServer({
    name: '',
    maxParamLength: MAX_PARAMETER,
    log: parts.log,
  });
  const http = Object.assign(server.server, TIMEOUTS);
  const takeCallback = createCallbackHandler(parts);
  server.first((req, res) => !takeCallback(req, res));
  server.pre(setCommonHeaders);
  server.on('restifyError', (_req: Request, res: Response, error: unknown, done: () => void) => {
    const { status } = sendProblem(res, error);
    if (status >= 500) parts.log.error({ err: error }, 'a request failed');
    done();
  });

  const close = closable(http);
  const hub = createEventHub(parts);
  const routes = apiRoutes(parts);
  for (const route of routes) mount(server, route, parts);
  mountEvents(server, hub, parts);
  mountHealth(server, parts);
  mountDocumentation(server, documented(routes));

  return {
    server,
    async close() {
      await Promise.all([close(), hub.close()]);
    },
  };
}

function setCommonHeaders(_req: Request, res: Response, next: Next): void {
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('X-Frame-Options', 'DENY');
  res.setHeader('Referrer-Policy', 'no-referrer');
  res.setHeader('Cache-Control', 'no-store');
  next();
}

function mountDocumentation(server: Server, operations: ReturnType<typeof documented>): void {
  let document: Promise<string> | undefined;
  let page: string | undefined;
  server.get('/openapi.json', async (_req: Request, res: Response) => {
    document ??= createOpenApi(operations).then((made) => JSON.stringify(made));
    res.sendRaw(200, await document, { 'Content-Type': 'application/json' });
  });
  server.get('/docs/', async (_req: Request, res: Response) => {
    page ??= docsPage(operations);
    res.sendRaw(200, page, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': DOCS_POLICY,
    });
  });
  server.get('/docs', (_req: Request, res: Response, next: Next) => res.redirect(308, '/docs/', next));
}

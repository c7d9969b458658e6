import type { IncomingMessage, ServerResponse } from 'node:http';
import restify, { type Next, type Request, type Response, type Server } from 'restify';
import { mountBackup } from './backup.ts';
import { createCallbackHandler } from './callbacks.ts';
import { closable } from './closing.ts';
import { mountConsole } from './console.ts';
import { mountDialogGraph } from './dialog-graph.ts';
import { mount } from './dispatch.ts';
import { DOCS_POLICY, docsPage } from './docs-page.ts';
import { createEventHub } from './event-hub.ts';
import { mountEvents } from './events.ts';
import { mountHealth } from './health.ts';
import { mountMedia } from './media.ts';
import { createOpenApi } from './openapi.ts';
import { apiRoutes, documented } from './operations.ts';
import type { HttpParts } from './parts.ts';
import { sendProblem } from './problem.ts';
import { mountSession } from './session.ts';

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
  // Nobody sends more; each costs time before anything is checked.
  http.maxHeadersCount = 100;
  server.pre(commonHeaders(parts.console.secure));
  server.on('restifyError', (_req: Request, res: Response, error: unknown, done: () => void) => {
    const { status } = sendProblem(res, error);
    if (status >= 500) parts.log.error({ err: error }, 'a request failed');
    done();
  });

  const close = closable(http);
  const hub = createEventHub(parts);
  const routes = apiRoutes(parts);
  for (const route of routes) mount(server, route, parts);
  mountSession(server, parts);
  mountEvents(server, hub, parts);
  mountBackup(server, parts);
  mountDialogGraph(server, parts);
  mountMedia(server, parts);
  mountConsole(server, parts);
  mountHealth(server, parts);
  mountDocumentation(server, documented(routes));

  return {
    server,
    async close() {
      await Promise.all([close(), hub.close()]);
    },
  };
}

/** Pages have a Content-Security-Policy of their own; whatever else a browser is shown is no page. */
const COMMON_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** A year, as browsers want it to remember that the service is reached by https alone. */
const HTTPS_ONLY = { 'Strict-Transport-Security': 'max-age=31536000' };

function commonHeaders(secure: boolean) {
  const headers = Object.entries({ ...COMMON_HEADERS, ...(secure ? HTTPS_ONLY : {}) });
  return (_req: Request, res: Response, next: Next): void => {
    for (const [name, value] of headers) res.setHeader(name, value);
    next();
  };
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

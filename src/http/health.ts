import type { Request, Response, Server } from 'restify';
import { SwitchboardError } from '../errors.ts';
import type { HttpParts } from './parts.ts';
import { sendProblem } from './problem.ts';
import type { Described } from './route.ts';

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** For load balancers and Prometheus. Open to all: they hold no names, numbers or texts. */
export function mountHealth(server: Server, parts: Pick<HttpParts, 'ready' | 'metrics' | 'log'>): void {
  server.get('/healthz', async (_: Request, res: Response) => {
    res.sendRaw(200, '{"status":"alive"}', JSON_TYPE);
  });

  server.get('/readyz', async (_: Request, res: Response) => {
    const ready = await parts.ready().catch((error: unknown) => {
      parts.log.warn({ err: error }, 'not ready');
      return false;
    });
    if (ready) res.sendRaw(200, '{"status":"ready"}', JSON_TYPE);
    else sendProblem(res, new SwitchboardError('not_ready'));
  });

  server.get('/metrics', async (_: Request, res: Response) => {
    try {
      res.sendRaw(200, await parts.metrics.text(), { 'Content-Type': parts.metrics.contentType });
    } catch (error) {
      sendProblem(res, error);
    }
  });
}

const tag = 'Service';

export const HEALTH_ROUTES: readonly Described[] = [
  {
    operation: 'isAlive',
    method: 'get',
    path: '/healthz',
    tag,
    summary: 'Is the process alive',
    schemas: {},
    untraced: true,
    answer: { status: 200, description: 'It is.', example: { status: 'alive' } },
    errors: [],
  },
  {
    operation: 'isReady',
    method: 'get',
    path: '/readyz',
    tag,
    summary: 'Can it do its work now',
    schemas: {},
    untraced: true,
    answer: { status: 200, description: 'It can.', example: { status: 'ready' } },
    errors: ['not_ready'],
  },
  {
    operation: 'readMetrics',
    method: 'get',
    path: '/metrics',
    tag,
    summary: 'Metrics for Prometheus',
    schemas: {},
    untraced: true,
    answer: {
      status: 200,
      description: 'Prometheus text.',
      mediaTypes: ['text/plain'],
      example: 'switchboard_queue_waiting{queue="support"} 2',
    },
    errors: [],
  },
];

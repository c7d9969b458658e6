import type { Request, Response, Server } from 'restify';
import { inSpan, type RunningSpan } from '../tracing.ts';
import { requestSpan } from './correlation.ts';
import type { HttpParts } from './parts.ts';
import { isFault, sendProblem } from './problem.ts';
import type { Described } from './route.ts';

/** Answers a request; what it throws is answered with the problem. */
export type Answering = (req: Request, res: Response, span: RunningSpan) => Promise<void>;

/** As restify calls them. */
const METHODS = { get: 'get', post: 'post', put: 'put', patch: 'patch', delete: 'del' } as const;

/** Puts an operation on the server. Every answer tells the id that the request has in the log and in traces. */
export function mountEndpoint(
  server: Server,
  { operation, method, path }: Pick<Described, 'operation' | 'method' | 'path'>,
  { log }: Pick<HttpParts, 'log'>,
  answer: Answering,
): void {
  const handler = async (req: Request, res: Response) =>
    inSpan(`${method.toUpperCase()} ${path}`, requestSpan(req), async (span) => {
      const { correlationId } = span;
      span.note({ 'http.route': path, 'switchboard.operation': operation });
      res.setHeader('X-Correlation-Id', correlationId);
      try {
        await answer(req, res, span);
      } catch (error) {
        if (res.headersSent) {
          // Cut off, so its reader finds no end in it.
          res.destroy();
          if (!req.destroyed) log.error({ err: error, operation, correlationId }, 'an answer broke off');
          return;
        }
        // Nobody is there to be answered, and nothing of ours is broken.
        if (!req.complete && req.destroyed) return;
        if (isFault(sendProblem(res, error)))
          log.error({ err: error, operation, correlationId }, 'a request failed');
      }
    });
  const options = { path: path.replace(/\{(\w+)\}/g, ':$1'), name: operation };
  server[METHODS[method]](options, handler);
}

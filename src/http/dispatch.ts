import type { IncomingMessage } from 'node:http';
import type { Request, Response, Server } from 'restify';
import type { RunningSpan } from '../tracing.ts';
import { auditRead, withAudit } from './audit.ts';
import { authorize, type Caller, tokenHash } from './auth.ts';
import { parseJson, parseText, readBody } from './body.ts';
import { mountEndpoint } from './endpoint.ts';
import { type Answer, beginKeyed, idempotencyKey } from './idempotency.ts';
import type { HttpParts } from './parts.ts';
import { problemOf } from './problem.ts';
import { refuseSecretFields } from './rights.ts';
import { CsvAnswer, type Keyed, type Route } from './route.ts';
import { actorOf } from './visibility.ts';

/** Bytes. The longest reply, every character escaped as JSON allows, is over it; written as UTF-8 it is well below. */
const BODY_LIMIT = 64 * 1024;

type Parts = Pick<HttpParts, 'store' | 'now' | 'randomId' | 'log' | 'limits' | 'openId'>;

/** Puts an operation of the API on the server: who asks, may they, is the request right, was it answered before. */
export function mount(server: Server, route: Route, parts: Parts): void {
  mountEndpoint(server, route, parts, async (req, res, span) => {
    const answer = await answerTo(route, req, res, span, parts);
    // Not by restify, which sends the body in a second piece, without its length.
    res.statusCode = answer.status;
    res.setHeader('Content-Type', answer.mediaType);
    res.end(answer.body);
  });
}

async function answerTo(
  route: Route,
  req: Request,
  res: Response,
  { traceparent }: RunningSpan,
  parts: Parts,
): Promise<Answer & { mediaType: string }> {
  const caller = await authorize(parts, req, route.operation);
  const { agent } = caller;
  const asker = { agent, actor: { ...actorOf(agent), traceparent } };
  const isWrite = route.method !== 'get';
  const body = isWrite
    ? await readBody(req, route.bytesBody?.limit ?? route.csvBody?.limit ?? BODY_LIMIT)
    : Buffer.alloc(0);
  const isCsv = route.csvBody !== undefined && /^\s*text\/csv\b/i.test(req.headers['content-type'] ?? '');
  const parsed = route.bytesBody ? { bytes: body } : isCsv ? { csv: parseText(body) } : parseJson(body);
  const request = { params: req.params, query: queryOf(req), body: parsed };
  refuseSecretFields(agent, route.operation, request.body);
  const run = route.bind(request);
  const agentId = agent._id;
  if (!isWrite) {
    const found = await run({ ...asker, effectKey: '', csv: wantsCsv(req, request) });
    const csv = found instanceof CsvAnswer;
    const isNews = await auditRead(parts, { route, agentId, request }, { csv, answer: found });
    if (isNews) await parts.store.durable();
    return csv
      ? { status: 200, body: found.text, mediaType: 'text/csv; charset=utf-8' }
      : { ...answerOf(route, found), mediaType: 'application/json' };
  }
  const audited = async (effectKey: string, keyed?: Keyed): Promise<Answer> => {
    const write = () => run({ ...asker, effectKey, ...(keyed && { keyed }), csv: false });
    return answerOf(route, await withAudit(parts, { route, agentId, request, effectKey }, write));
  };
  const answer = await write(route, audited, caller, req, res, body, parts);
  // The caller is told of nothing that a power cut could undo.
  await parts.store.durable();
  return { ...answer, mediaType: answer.status < 400 ? 'application/json' : 'application/problem+json' };
}

async function write(
  route: Route,
  run: (effectKey: string, keyed?: Keyed) => Promise<Answer>,
  { agent, credential }: Caller,
  req: Request,
  res: Response,
  body: Buffer,
  parts: Parts,
): Promise<Answer> {
  const key = idempotencyKey(req.headers['idempotency-key']);
  if (key === null) return run(tokenHash(parts.randomId()).slice(0, 32));
  const keyed = {
    agentId: agent._id,
    token: credential,
    key,
    method: route.method,
    url: req.url ?? '',
    body,
  };
  const begun = await beginKeyed(parts.store, keyed, parts.now);
  if (begun.kind === 'replay') {
    res.setHeader('Idempotency-Replayed', 'true');
    return begun.answer;
  }
  let answer: Answer;
  try {
    answer = await run(begun.effectKey, begun.keyed);
  } catch (error) {
    const refusal = problemOf(error);
    if (refusal.status >= 500) {
      await begun.abandon();
      throw error;
    }
    answer = { status: refusal.status, body: JSON.stringify(refusal) };
  }
  await begun.finish(answer);
  return answer;
}

/** A parameter that comes twice is a list, which no schema takes. */
function queryOf(req: IncomingMessage): Record<string, string | string[]> {
  if (!req.url?.includes('?')) return {};
  const { searchParams } = new URL(req.url, 'http://localhost');
  const query: Record<string, string | string[]> = {};
  for (const key of new Set(searchParams.keys())) {
    const [value = '', ...more] = searchParams.getAll(key);
    query[key] = more.length === 0 ? value : [value, ...more];
  }
  return query;
}

function answerOf(route: Route, body: unknown): Answer {
  if (body === null) return { status: 204, body: '' };
  return { status: route.answer?.status ?? 200, body: JSON.stringify(body) };
}

/** `?format=` says it, or else the first of the two types that `Accept` names. */
function wantsCsv({ headers }: IncomingMessage, { query }: { query: Record<string, unknown> }): boolean {
  if (query.format !== undefined) return query.format === 'csv';
  const [first] = /text\/csv|application\/json/i.exec(headers.accept ?? '') ?? [];
  return first?.toLowerCase() === 'text/csv';
}

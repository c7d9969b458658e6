import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';

/** Over this many bytes a request is refused. Above the service's own limit, so that one can be reached from here. */
const MAX_BODY = 1024 * 1024;

/**
 * One route. `handle` reads the request's stream itself, since the signature is over raw bytes: mount it on a server
 * that has not read the body before.
 */
export interface EmulatorRoute {
  method: 'get' | 'post' | 'put';
  /** In restify's form, such as `/v1/messaging/:referenceId`. */
  path: string;
  handle(request: IncomingMessage, response: ServerResponse, params: Record<string, string>): Promise<void>;
}

/** The raw body, or null when it is over the limit. */
export async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    // Read to its end all the same: a client that still writes would see a broken connection instead of the answer.
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  return size > MAX_BODY ? null : Buffer.concat(chunks);
}

export function urlOf(request: IncomingMessage): URL {
  return new URL(request.url ?? '/', 'http://emulator');
}

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  type = 'application/json',
) {
  response.writeHead(status, { 'content-type': type });
  response.end(JSON.stringify(value));
}

/** An RFC 9457 answer with a stable code, as the service's own API gives. */
export function sendProblem(
  response: ServerResponse,
  status: number,
  code: string,
  title: string,
  problems?: readonly { path: string; message: string }[],
) {
  sendJson(response, status, { status, code, title, problems }, 'application/problem+json');
}

/** What the schema makes of a JSON body; null after a refusal has been answered. */
export async function readJson<S extends z.ZodType>(
  request: IncomingMessage,
  response: ServerResponse,
  schema: S,
): Promise<z.output<S> | null> {
  const body = await readBody(request);
  if (body === null) {
    sendProblem(response, 413, 'body_too_large', 'The body is over the limit.');
    return null;
  }
  return check(response, parseJson(body), schema);
}

/** The same for a value that is at hand, such as a query. */
export function check<S extends z.ZodType>(
  response: ServerResponse,
  value: unknown,
  schema: S,
): z.output<S> | null {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  sendProblem(response, 400, 'invalid_request', 'The request does not fit its schema.', problems);
  return null;
}

/** Undefined for what is not JSON, which no schema here takes. */
function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

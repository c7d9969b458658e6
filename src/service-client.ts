import { z } from 'zod';
import { SwitchboardError } from './errors.ts';

/** Asks a running service, as its API has it. */
export type ServiceClient = (
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  body?: unknown,
) => Promise<unknown>;

/** Milliseconds for one request. */
const TIMEOUT = 30_000;

const refusal = z.object({
  code: z.string(),
  detail: z.string(),
  problems: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

/** Rejects with `service_away`, or with `service_refused` and what the service says to it. */
export function createServiceClient(url: string, token: string): ServiceClient {
  return async (method, path, body) => {
    const answer = await fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT),
      redirect: 'error',
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new SwitchboardError(
        'service_away',
        'The service does not answer: check whether it runs, PORT, and --url.',
        { cause },
      );
    });
    const text = await answer.text();
    const json: unknown = isJson(answer) && text !== '' ? JSON.parse(text) : undefined;
    if (answer.ok) return json;
    const said = refusal.safeParse(json);
    if (!said.success) {
      throw new SwitchboardError(
        'service_refused',
        `${method} ${path}: HTTP status ${answer.status}, and not from switchboard: check --url.`,
      );
    }
    const { code, detail, problems } = said.data;
    const lines = problems.map((problem) => `\n  ${problem.path}: ${problem.message}`).join('');
    throw new SwitchboardError('service_refused', `${method} ${path}: ${code}. ${detail}${lines}`, {
      details: { refused: code },
    });
  };
}

function isJson(answer: Response): boolean {
  return answer.headers.get('content-type')?.includes('json') ?? false;
}

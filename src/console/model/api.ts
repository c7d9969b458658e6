/** The API said no, with a stable `code`. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  /** With `invalid_request`: each mistake with its path. */
  readonly problems: readonly { path: string; message: string }[];
  /** With a refused claim or write: the owner now. */
  readonly agentId: string | null;

  constructor(
    status: number,
    problem: { code?: string; detail?: string; problems?: Refusal['problems']; agentId?: string | null },
  ) {
    super(problem.detail ?? `HTTP ${status}`);
    this.name = 'Refusal';
    this.status = status;
    this.code = problem.code ?? 'internal';
    this.problems = problem.problems ?? [];
    this.agentId = problem.agentId ?? null;
  }
}

/** Nobody answered, so what became of a write is not known. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The service does not answer.', { cause });
    this.name = 'Unreachable';
  }
}

export interface Asking {
  /** The same for each repetition of one thing that somebody does; a fresh one when left out. */
  key?: string;
  signal?: AbortSignal;
  /** Milliseconds after which an attempt of a write counts as one without an answer. */
  within?: number;
}

export type Ask = <T>(method: string, path: string, body?: unknown, asking?: Asking) => Promise<T>;

/** Milliseconds before each repetition of a write that had no answer. Its key makes that safe. */
const REPEATED = [400, 1200, 3000];

/** Not an answer yet: the same request a little later gets one. */
const NOT_YET: ReadonlySet<string> = new Set(['idempotency_in_progress', 'store_unavailable', 'not_ready']);

/**
 * Refusals that come before the key is looked at, or that say nothing of what it was first sent with. `internal` stands
 * for an answer that is none of the service's own.
 */
const NOT_KEPT: ReadonlySet<string> = new Set([
  ...NOT_YET,
  'unauthenticated',
  'too_many_requests',
  'idempotency_key_reused',
  'internal',
]);

/**
 * Whether the service keeps this as the answer to the key, by which nothing was done: only then may the next try have a
 * new one. After anything else, the first attempt may have been done.
 */
export function isKept(error: unknown): boolean {
  return error instanceof Refusal && error.status < 500 && !NOT_KEPT.has(error.code);
}

/**
 * Asks the API with the cookie of who is signed in. `signedOut` hears of an answer that says that nobody is. Rejects
 * with `Refusal` or `Unreachable`.
 */
export function createAsk(parts: {
  fetch: typeof fetch;
  signedOut: () => void;
  randomId: () => string;
  sleep: (milliseconds: number) => Promise<void>;
  /** Aborts after so many milliseconds. */
  timeLimit: (milliseconds: number) => AbortSignal;
}): Ask {
  const once = async (method: string, path: string, init: RequestInit, within?: number) => {
    let response: Response;
    let text: string;
    const limit = within === undefined ? {} : { signal: parts.timeLimit(within) };
    try {
      response = await parts.fetch(path, { ...init, ...limit, method });
      text = await response.text();
    } catch (cause) {
      if (init.signal?.aborted) throw cause;
      throw new Unreachable(cause);
    }
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const answer = isJson && text !== '' ? JSON.parse(text) : text === '' ? null : text;
    if (response.ok) return answer;
    const refusal = new Refusal(response.status, typeof answer === 'object' && answer !== null ? answer : {});
    if (refusal.code === 'unauthenticated' && path !== '/api/session') parts.signedOut();
    throw refusal;
  };

  return async (method, path, body, { key, signal, within } = {}) => {
    const isWrite = method !== 'GET';
    const init: RequestInit = {
      headers: {
        accept: 'application/json',
        ...(isWrite ? { 'idempotency-key': key ?? parts.randomId(), 'x-switchboard-console': '1' } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    };
    for (const wait of isWrite ? REPEATED : []) {
      try {
        return await once(method, path, init, within);
      } catch (error) {
        const again = error instanceof Unreachable || (error instanceof Refusal && NOT_YET.has(error.code));
        if (!again) throw error;
        await parts.sleep(wait);
      }
    }
    return once(method, path, init, within);
  };
}

/** `?a=1&b=2` of what is not empty. */
export function query(fields: Record<string, string | number | undefined>): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  const written = Object.fromEntries(given.map(([name, value]) => [name, `${value}`]));
  return given.length === 0 ? '' : `?${new URLSearchParams(written)}`;
}

/** The path of a conversation, a message or the like, its id escaped. */
export function pathOf(kind: string, id: string, rest = ''): string {
  return `/api/${kind}/${encodeURIComponent(id)}${rest}`;
}

import type { z } from 'zod';
import type { Once } from '../conversations/desk.ts';
import type { Actor } from '../conversations/rights.ts';
import type { AgentDoc } from '../store/documents.ts';
import type { AnswerHeader } from './openapi-headers.ts';
import { invalidRequest, type ProblemCode } from './problem.ts';
import type { Operation } from './rights.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** What the OpenAPI document and the readable pages say of an operation. */
export interface Described {
  operation: string;
  method: Method;
  /** As OpenAPI writes it: `/api/queues/{id}`. */
  path: string;
  tag: string;
  /** One line. */
  summary: string;
  /** Who may, which states, what happens: whole sentences. */
  description?: string;
  schemas: { params?: z.ZodType; query?: z.ZodType; body?: z.ZodType; headers?: z.ZodType };
  exampleBody?: unknown;
  /** The body may come as `text/csv` too, and is then `{ csv }`. Bytes that it may have, as CSV or as JSON. */
  csvBody?: { limit: number };
  /** The body is a file, as it is, and comes as `{ bytes }`. Bytes that it may have. */
  bytesBody?: { limit: number; mediaTypes: readonly string[] };
  /** JSON with this schema, or one of these other media types. */
  answer?: {
    status: 200 | 201;
    description: string;
    schema?: z.ZodType;
    mediaTypes?: readonly string[];
    example: unknown;
  };
  /** The answer as CSV (RFC 4180), for who asks for `text/csv` or `?format=csv`. */
  csv?: { example: string };
  /** What a 204 means, where there is one. */
  empty?: string;
  /** What such answers carry beside what those of every operation of its kind do. */
  answerHeaders?: readonly AnswerHeader[];
  /** Load balancers ask every few seconds: no trace is begun, so the answers tell no id. */
  untraced?: true;
  /** Beyond those that every operation of its kind can give. */
  errors: readonly ProblemCode[];
}

/** Whether a request came before, where it has a key; the key of its effects is `effectKey`. */
export type Keyed = Omit<Once, 'key'>;

/** Who asks, and what marks the effects of this very request. */
export interface Context {
  agent: AgentDoc;
  actor: Actor;
  /** The same for each attempt at one keyed request, so that an effect made under it happens once. */
  effectKey: string;
  /** Where the request has an `Idempotency-Key`. */
  keyed?: Keyed;
  /** The answer is wanted as CSV, where there is one. */
  csv: boolean;
}

/** An answer that is no JSON. */
export class CsvAnswer {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** An operation of the API, its types put away. */
export interface Route extends Described {
  operation: Operation;
  /** Checks the request and binds it. Throws `invalid_request`. */
  bind: (raw: RawRequest) => (context: Context) => Promise<unknown>;
}

export interface RawRequest {
  params: unknown;
  query: unknown;
  body: unknown;
}

/** The parts of a request that an operation looks at. */
export type RequestSchema = z.ZodObject<{ params?: z.ZodType; query?: z.ZodType; body?: z.ZodType }>;

export interface RouteSpec<R extends RequestSchema, A extends z.ZodType>
  extends Omit<Described, 'operation' | 'schemas' | 'answer' | 'csv' | 'exampleBody'> {
  operation: Operation;
  request: R;
  exampleBody?: z.input<R> extends { body: infer B } ? B : never;
  answer?: { status: 200 | 201; description: string; schema: A; example: z.input<A> };
  csv?: { example: string; of: (answer: z.input<A>) => string };
  /** Null is answered with 204. */
  handle: (request: z.output<R>, context: Context) => Promise<z.input<A> | null>;
}

export function route<R extends RequestSchema, A extends z.ZodType>(spec: RouteSpec<R, A>): Route {
  const { request, handle, csv, ...described } = spec;
  return {
    ...described,
    ...(csv && { csv: { example: csv.example } }),
    schemas: spec.bytesBody ? withoutBody(request.shape) : request.shape,
    bind(raw) {
      const result = request.safeParse(raw);
      if (!result.success) throw invalidRequest(problemsOf(result.error.issues));
      const { data } = result;
      return async (context) => {
        const answer = await handle(data, context);
        return csv && context.csv && answer !== null ? new CsvAnswer(csv.of(answer)) : answer;
      };
    },
  };
}

function withoutBody({ body: _, ...others }: Described['schemas']): Described['schemas'] {
  return others;
}

function problemsOf(issues: readonly z.core.$ZodIssue[]): { path: string; message: string }[] {
  return issues.flatMap((issue) =>
    // Each unknown field is a mistake of its own, and named by its path as the others are.
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          path: [...issue.path, key].join('.'),
          message: 'There is no such field.',
        }))
      : [{ path: issue.path.join('.'), message: issue.message }],
  );
}

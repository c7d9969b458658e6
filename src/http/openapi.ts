import { z } from 'zod';
import type {
  ZodOpenApiOperationObject,
  ZodOpenApiPathsObject,
  ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { ERROR_CODES } from '../errors.ts';
import type { Role } from '../store/documents.ts';
import { CONSOLE_HEADER, COOKIE_NAME } from './cookie.ts';
import { ANSWER_HEADERS, type Answering, headersOfAnswer, headersOfRefusal } from './openapi-headers.ts';
import { type ProblemCode, STATUSES } from './problem.ts';
import { needsSecrets, RIGHTS } from './rights.ts';
import type { Described } from './route.ts';

/** Every refusal. Whatever may be among the details of an error has a field here. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(Object.keys(STATUSES)).meta({ description: 'Stable: this is what a program compares.' }),
    detail: z.string().meta({ description: 'For people.' }),
    problems: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'With what lists mistakes, such as `invalid_request`: each and where it is.' }),
    agentId: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'With a refused claim or write: the owner now.' }),
    version: z
      .number()
      .int()
      .optional()
      .meta({ description: 'With a refused claim or write: the version now.' }),
    state: z.string().optional().meta({ description: 'With a refused claim or write: the state now.' }),
    messageStatus: z
      .string()
      .optional()
      .meta({ description: 'With `wrong_message_status`: the status now.' }),
    retryAfter: z
      .number()
      .int()
      .optional()
      .meta({ description: 'With `too_many_requests`: seconds, as in the header `Retry-After`.' }),
    conversations: z.number().int().optional().meta({ description: 'With `in_use`: how many need it.' }),
    sessions: z
      .number()
      .int()
      .optional()
      .meta({ description: 'With `in_use` of a channel: how many are open on its numbers.' }),
    changedAt: z.iso
      .datetime()
      .nullable()
      .optional()
      .meta({ description: 'With `stale_version` of what administrators set up: when it last changed.' }),
    reason: z
      .enum(['not_allowed', 'not_reachable', 'gone', 'too_large', 'no_picture'])
      .optional()
      .meta({ description: 'With `media_refused` and `media_unreachable`: why.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

const idempotencyKey = z.object({
  'Idempotency-Key': z.string().min(1).max(255).optional().meta({
    description:
      'Makes a repetition safe: within 24 hours the same request with the same key gets the first answer, with `Idempotency-Replayed: true`.',
  }),
});

/** The role that an operation takes; null = it is open, or has a way of its own to know its caller. */
export function roleFor(operation: string): Role | null {
  return Object.entries(RIGHTS).find(([name]) => name === operation)?.[1] ?? null;
}

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A token of an agent, or of the sign-in provider.' },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: COOKIE_NAME,
    description: `What \`signIn\` answers with. Every write needs the header \`${CONSOLE_HEADER}\` beside it.`,
  },
} as const;

/** The OpenAPI 3.1 document of these operations. `zod-openapi` is loaded when it is first asked for. */
export async function createOpenApi(operations: readonly Described[]): Promise<object> {
  const { createDocument } = await import('zod-openapi');
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: described(operation) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'switchboard',
      version: '1',
      description:
        'The handoff API: agents take over conversations from the bot, answer, and give them back or close them.',
    },
    servers: [{ url: '/' }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    components: { headers: ANSWER_HEADERS, securitySchemes: SECURITY_SCHEMES },
    paths,
  });
}

function described(operation: Described): ZodOpenApiOperationObject {
  const role = roleFor(operation.operation);
  const { params, query, body, headers } = operation.schemas;
  const isWrite = role !== null && operation.method !== 'get';
  const header = isWrite ? idempotencyKey : headers;
  const answering = { ...operation, keyed: isWrite };
  return {
    operationId: operation.operation,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    ...(role === null ? {} : { security: [{ bearer: [] }, { cookie: [] }], 'x-role': role }),
    ...(needsSecrets(operation.operation) && { 'x-right': 'secrets' }),
    requestParams: {
      ...(params instanceof z.ZodObject ? { path: params } : {}),
      ...(query instanceof z.ZodObject ? { query } : {}),
      ...(header instanceof z.ZodObject ? { header } : {}),
    },
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.safeParse({}).success,
            content: {
              'application/json': {
                schema: body,
                ...(operation.exampleBody === undefined ? {} : { example: operation.exampleBody }),
              },
              ...(operation.csvBody && { 'text/csv': { schema: z.string() } }),
            },
          },
        }),
    ...(operation.bytesBody && {
      requestBody: {
        required: true,
        content: Object.fromEntries(
          operation.bytesBody.mediaTypes.map((type) => [
            type,
            { schema: z.string().meta({ format: 'binary' }) },
          ]),
        ),
      },
    }),
    responses: {
      ...success(operation, headersOfAnswer(answering)),
      ...refusals(errorsOf(operation, role), answering),
    },
  };
}

function success(
  { answer, csv, empty }: Described,
  headers: ReturnType<typeof headersOfAnswer>,
): ZodOpenApiResponsesObject {
  return {
    ...(answer && {
      [`${answer.status}`]: {
        description: answer.description,
        ...headers,
        content: {
          ...Object.fromEntries(
            (answer.mediaTypes ?? ['application/json']).map((type) => [
              type,
              {
                ...(answer.schema === undefined ? {} : { schema: answer.schema }),
                example: answer.example,
              },
            ]),
          ),
          ...(csv && { 'text/csv': { schema: z.string(), example: csv.example } }),
        },
      },
    }),
    ...(empty === undefined ? {} : { 204: { description: empty, ...headers } }),
  };
}

/** Every code that an operation can give, its own and those of its kind. */
export function errorsOf(operation: Described, role = roleFor(operation.operation)): ProblemCode[] {
  if (role === null) return [...operation.errors];
  const isWrite = operation.method !== 'get';
  const { params: _, ...checked } = operation.schemas;
  return [
    ...new Set<ProblemCode>([
      'unauthenticated',
      // Of any: a cookie without the console's header, a token of the sign-in provider that gives no role.
      'forbidden',
      ...(isWrite || 'query' in checked ? (['invalid_request'] as const) : []),
      ...operation.errors,
      // Of any with an id in its path: no route takes one that is longer than any there is.
      ...(operation.path.includes('{') ? (['not_found'] as const) : []),
      ...(isWrite ? (['idempotency_in_progress', 'body_too_large', 'idempotency_key_reused'] as const) : []),
      'too_many_requests',
      'store_unavailable',
      'sign_in_unavailable',
    ]),
  ];
}

function refusals(codes: ProblemCode[], answering: Answering): ZodOpenApiResponsesObject {
  const responses: ZodOpenApiResponsesObject = {};
  for (const code of codes) {
    const group = codes.filter((other) => STATUSES[other] === STATUSES[code]);
    const status = `${STATUSES[code]}` as const;
    responses[status] ??= {
      description: group.map((one) => `\`${one}\`: ${ERROR_CODES[one]}`).join('\n\n'),
      ...headersOfRefusal(answering, group),
      content: {
        'application/problem+json': {
          schema: problem,
          examples: Object.fromEntries(group.map((one) => [one, { value: exampleOf(one) }])),
        },
      },
    };
  }
  return responses;
}

function exampleOf(code: ProblemCode): z.input<typeof problem> {
  const title = ERROR_CODES[code];
  return { type: `/docs/#${code}`, title, status: STATUSES[code], code, detail: title };
}

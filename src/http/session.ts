import type { Request, Server } from 'restify';
import { z } from 'zod';
import { SwitchboardError } from '../errors.ts';
import { agent } from './agent-schemas.ts';
import { EXAMPLE_AGENT } from './api/examples.ts';
import { callerOfToken, LONGEST_TOKEN, needConsoleHeader, tokenHash } from './auth.ts';
import { parseJson, readBody } from './body.ts';
import { CONSOLE_HEADER, cookieHeader, cookieValue } from './cookie.ts';
import { mountEndpoint } from './endpoint.ts';
import type { HttpParts } from './parts.ts';
import { invalidRequest } from './problem.ts';
import type { Described } from './route.ts';
import { agentView, isoTime } from './views.ts';

/** Milliseconds: a working day and a little more. */
const SIGNED_IN = 12 * 60 * 60 * 1000;

/** Bytes. */
const BODY_LIMIT = LONGEST_TOKEN + 1024;

const path = '/api/session';
const tag = 'Me';

const signingIn = z.strictObject({
  token: z.string().min(1).max(LONGEST_TOKEN).meta({
    description: 'Of the agent, or a JWT of the sign-in provider, where there is one (`OIDC_ISSUER`).',
  }),
});
const headers = z.object({
  [CONSOLE_HEADER]: z
    .string()
    .meta({ description: 'Any value: pages of other sites cannot send it without being let.' }),
});

const SIGN_IN_ROUTE = {
  operation: 'signIn',
  method: 'post',
  path,
  tag,
  summary: 'Sign in to the console',
  description:
    'For a program in a browser: answers with a cookie (`HttpOnly`, `SameSite=Strict`, 12 hours at most) that stands for the token. It ends with the token: with an agent’s own when it ends or is renewed, with one of the sign-in provider when it expires. With the cookie, every write needs the header `X-Switchboard-Console`.',
  schemas: { body: signingIn, headers },
  exampleBody: { token: 'the token of the agent' },
  answer: {
    status: 201,
    description: 'Who you are, and until when you are signed in.',
    schema: z.object({ agent, expiresAt: z.iso.datetime() }),
    example: { agent: EXAMPLE_AGENT, expiresAt: '2026-03-02T21:30:00.000Z' },
  },
  answerHeaders: ['Set-Cookie'],
  errors: [
    'invalid_request',
    'unauthenticated',
    'forbidden',
    'body_too_large',
    'too_many_requests',
    'sign_in_unavailable',
    'store_unavailable',
  ],
} as const satisfies Described;

const SIGN_OUT_ROUTE = {
  operation: 'signOut',
  method: 'delete',
  path,
  tag,
  summary: 'Sign out of the console',
  description: 'Fine also when nobody is signed in.',
  schemas: { headers },
  empty: 'The cookie is of no use any more, and taken away.',
  answerHeaders: ['Set-Cookie'],
  errors: ['forbidden', 'store_unavailable'],
} as const satisfies Described;

export const SESSION_ROUTES: readonly Described[] = [SIGN_IN_ROUTE, SIGN_OUT_ROUTE];

type Parts = Pick<HttpParts, 'store' | 'now' | 'randomToken' | 'log' | 'console' | 'limits' | 'openId'>;

export function mountSession(server: Server, parts: Parts): void {
  const { secure } = parts.console;
  mountEndpoint(server, SIGN_IN_ROUTE, parts, async (req, res) => {
    needConsoleHeader(req);
    const body = signingIn.safeParse(parseJson(await readBody(req, BODY_LIMIT)));
    if (!body.success) {
      throw invalidRequest([{ path: 'body.token', message: 'Write a token.' }]);
    }
    const { agent: signedIn, value, createdAt, expiresAt } = await signIn(parts, req, body.data.token);
    const seconds = Math.floor((expiresAt - createdAt) / 1000);
    res.setHeader('Set-Cookie', cookieHeader(value, { seconds, secure }));
    const answer = { agent: agentView(signedIn, createdAt), expiresAt: isoTime(expiresAt) };
    res.sendRaw(201, JSON.stringify(answer), { 'Content-Type': 'application/json' });
  });
  mountEndpoint(server, SIGN_OUT_ROUTE, parts, async (req, res) => {
    needConsoleHeader(req);
    const value = cookieValue(req);
    if (value !== null) {
      await parts.store.signIns.deleteOne({ _id: tokenHash(value) });
      await parts.store.durable();
    }
    res.setHeader('Set-Cookie', cookieHeader('', { seconds: 0, secure }));
    res.sendRaw(204, '', {});
  });
}

async function signIn(parts: Parts, req: Request, token: string) {
  const { store, now, randomToken } = parts;
  const caller = await callerOfToken(parts, req, token);
  const createdAt = now();
  const { until = Number.POSITIVE_INFINITY } = caller ?? {};
  // A provider's clock may be behind ours: a token that has just ended is taken as such, but no cookie is made of it.
  if (caller === null || until <= createdAt) throw new SwitchboardError('unauthenticated');
  const { agent, tokenHash: ofToken } = caller;
  await parts.limits.request(agent._id);
  const value = randomToken();
  const expiresAt = Math.min(createdAt + SIGNED_IN, until);
  await store.signIns.insertOne({
    _id: tokenHash(value),
    ...(ofToken === undefined ? { agentId: agent._id } : { tokenHash: ofToken }),
    createdAt,
    expiresAt,
  });
  await store.durable();
  return { agent, value, createdAt, expiresAt };
}

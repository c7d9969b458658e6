import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SwitchboardError } from '../errors.ts';
import { isJwt, type OpenId } from '../sign-in/open-id.ts';
import type { AgentDoc, SignInDoc, Store } from '../store/documents.ts';
import { CONSOLE_HEADER, cookieValue } from './cookie.ts';
import type { Limits } from './limits.ts';
import { type Operation, refuseUnlessMay } from './rights.ts';
import { signedInAgent } from './signed-in-agent.ts';

/** How a bearer token is kept: SHA-256, hex. Tokens are random and long, so no salt and no slow hash are needed. */
export function tokenHash(token: string): string {
  return hash('sha256', token);
}

/** The longest token that is looked at; those of sign-in providers carry what they say of somebody. */
export const LONGEST_TOKEN = 8192;

/** The bearer token of a request (RFC 6750), or null. */
function bearerToken(req: IncomingMessage): string | null {
  const token = /^Bearer +([\x21-\x7e]+) *$/i.exec(req.headers.authorization ?? '')?.[1];
  return token === undefined || token.length > LONGEST_TOKEN ? null : token;
}

export interface AuthParts {
  store: Pick<Store, 'agents' | 'signIns' | 'audit'>;
  now: () => number;
  limits: Limits;
  /** Undefined = only tokens of agents count. */
  openId: OpenId | undefined;
}

/** Who asks, and by what. */
export interface Caller {
  agent: AgentDoc;
  /** The bearer token, or the cookie's value. */
  credential: string;
  /** Of the agent's own token, also where a cookie stands for it; undefined for a token of the sign-in provider. */
  tokenHash: string | undefined;
  /** When the token ends, in milliseconds since 1970; undefined = when it is taken away. */
  until: number | undefined;
  /** Of who is signed in to the console; null with a bearer token. */
  signInId: string | null;
}

/**
 * Who asks: by a bearer token, or else by the console's cookie. Read anew for each request, so a deleted agent is out
 * at once. Throws `unauthenticated`, `too_many_requests`, `sign_in_unavailable`, or `forbidden` when the agent's rights
 * do not reach the operation, or a write with a cookie lacks the console's header.
 */
export async function authorize(
  parts: AuthParts,
  req: IncomingMessage,
  operation: Operation,
): Promise<Caller> {
  const caller = await callerOf(parts, req);
  if (caller === null) throw new SwitchboardError('unauthenticated');
  await parts.limits.request(caller.agent._id);
  refuseUnlessMay(caller.agent, operation);
  if (caller.signInId !== null && req.method !== 'GET') needConsoleHeader(req);
  return caller;
}

/** Throws `forbidden` for what a page of another site could have sent. */
export function needConsoleHeader(req: IncomingMessage): void {
  if (req.headers[CONSOLE_HEADER] !== undefined) return;
  throw new SwitchboardError('forbidden', `With a cookie, a write needs the header ${CONSOLE_HEADER}.`);
}

async function callerOf(parts: AuthParts, req: IncomingMessage): Promise<Caller | null> {
  const token = bearerToken(req);
  if (token !== null) return callerOfToken(parts, req, token);
  const credential = cookieValue(req);
  if (credential === null) return null;
  const signInId = tokenHash(credential);
  const signIn = await signInOf(parts, signInId);
  return signIn && signedInCaller(parts, signIn, credential);
}

/** The provider's word is not asked for again: what it last said of the agent counts, until its token would have ended. */
async function signedInCaller(
  parts: Pick<AuthParts, 'store' | 'now'>,
  { _id: signInId, tokenHash, agentId, expiresAt: until }: SignInDoc,
  credential: string,
): Promise<Caller | null> {
  if (tokenHash !== undefined) {
    const agent = await agentWith(parts, tokenHash);
    return agent && { ...own(agent, credential), signInId };
  }
  const agent = agentId === undefined ? null : await parts.store.agents.findOne({ _id: agentId });
  return agent && { agent, credential, tokenHash, until, signInId };
}

/** Looks a token up, unless its address has sent too many wrong ones, and notes what came of it. */
async function guarded<T>(
  { limits }: Pick<AuthParts, 'limits'>,
  req: IncomingMessage,
  token: string,
  look: (hash: string) => Promise<T | null>,
): Promise<T | null> {
  const hash = tokenHash(token);
  await limits.beforeToken(req, hash);
  const found = await look(hash);
  if (found === null) await limits.wrongToken(req);
  else limits.rightToken(req, hash);
  return found;
}

function own(agent: AgentDoc, credential: string): Omit<Caller, 'signInId'> {
  return { agent, credential, tokenHash: agent.tokenHash, until: agent.tokenExpiresAt };
}

async function callerWith(parts: AuthParts, token: string, hash: string): Promise<Caller | null> {
  const agent = await agentWith(parts, hash);
  if (agent) return { ...own(agent, token), signInId: null };
  if (parts.openId === undefined || !isJwt(token)) return null;
  try {
    const signedIn = await parts.openId.verify(token);
    const made = await signedInAgent(parts, signedIn);
    const { until } = signedIn;
    return { agent: made, credential: token, tokenHash: undefined, until, signInId: null };
  } catch (error) {
    if (error instanceof SwitchboardError && error.code === 'unauthenticated') return null;
    throw error;
  }
}

/** The agent whose token has this hash, while it counts. */
async function agentWith(
  { store, now }: Pick<AuthParts, 'store' | 'now'>,
  hash: string,
): Promise<AgentDoc | null> {
  const agent = await store.agents.findOne({ tokenHash: hash });
  return agent !== null && (agent.tokenExpiresAt ?? Number.POSITIVE_INFINITY) > now() ? agent : null;
}

/**
 * Whose token this is, of ours or of the sign-in provider, or null. Rejects with `too_many_requests` where too many wrong
 * ones came from, `forbidden` when the provider gives no role, and `sign_in_unavailable`.
 */
export function callerOfToken(parts: AuthParts, req: IncomingMessage, token: string): Promise<Caller | null> {
  return guarded(parts, req, token, (hash) => callerWith(parts, token, hash));
}

/** Null also when its time is over. */
export async function signInOf(
  { store, now }: { store: Pick<Store, 'signIns'>; now: () => number },
  signInId: string,
): Promise<SignInDoc | null> {
  const signIn = await store.signIns.findOne({ _id: signInId });
  return signIn !== null && signIn.expiresAt > now() ? signIn : null;
}

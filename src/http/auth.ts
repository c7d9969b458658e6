import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SwitchboardError } from '../errors.ts';
import type { AgentDoc, Store } from '../store/documents.ts';
import { mayCall, type Operation, RIGHTS } from './rights.ts';

/** How a bearer token is kept: SHA-256, hex. Tokens are random and long, so no salt and no slow hash are needed. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The bearer token of a request (RFC 6750), or null. */
export function bearerToken(req: IncomingMessage): string | null {
  return /^Bearer +([\x21-\x7e]{1,512}) *$/i.exec(req.headers.authorization ?? '')?.[1] ?? null;
}

/**
 * The agent who asks. Read anew for each request, so a deleted agent is out at once. Throws `unauthenticated`, or
 * `forbidden` when the agent's role does not reach the operation's row in `RIGHTS`.
 */
export async function authorize(
  store: Pick<Store, 'agents'>,
  req: IncomingMessage,
  operation: Operation,
): Promise<AgentDoc> {
  const token = bearerToken(req);
  const agent = token === null ? null : await store.agents.findOne({ tokenHash: tokenHash(token) });
  if (agent === null) throw new SwitchboardError('unauthenticated');
  if (!mayCall(agent.role, operation)) {
    throw new SwitchboardError('forbidden', `This takes the role ${RIGHTS[operation]}.`);
  }
  return agent;
}

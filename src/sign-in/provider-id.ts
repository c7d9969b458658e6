import { createHash } from 'node:crypto';

const PREFIX = 'sso-';

/** The id of an agent whom a sign-in provider names: made of the issuer and its `sub`, which never change. */
export function providerId(issuer: string, sub: string): string {
  return `${PREFIX}${createHash('sha256').update(`${issuer}\0${sub}`).digest('hex').slice(0, 24)}`;
}

/** Whether an agent is one whom a sign-in provider names. */
export function isOfProvider(agentId: string): boolean {
  return agentId.startsWith(PREFIX);
}

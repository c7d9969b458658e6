import { z } from 'zod';
import type { Desk } from '../conversations/desk.ts';
import type { AgentDoc, Presence, PresenceDoc, Store } from '../store/documents.ts';
import { presence } from './agent-schemas.ts';
import { invalidRequest } from './problem.ts';
import { ownId } from './schemas.ts';

const name = z.string().trim().min(1).max(100);
const base = presence.meta({ description: 'What it is to routing.' });

export const ownPresence = z
  .object({ id: z.string(), name: z.string(), base })
  .meta({ id: 'Presence', description: 'A presence of your own.' });
export const newPresence = z.strictObject({ id: ownId, name, base }).meta({ id: 'NewPresence' });
export const presenceChanges = z.strictObject({ name, base }).partial().meta({ id: 'PresenceChanges' });

/** One of those that there are, or an own one. */
export const presenceChange = z
  .strictObject({ presence: presence.optional(), presenceId: z.string().max(64).optional() })
  .transform(({ presence, presenceId }, context): { presence: Presence } | { presenceId: string } => {
    if (presence !== undefined && presenceId === undefined) return { presence };
    if (presenceId !== undefined && presence === undefined) return { presenceId };
    context.addIssue({ code: 'custom', message: 'name either a presence or a presenceId' });
    return z.NEVER;
  });

export type PresenceView = z.output<typeof ownPresence>;

export function presenceView({ _id: id, name, base }: PresenceDoc): PresenceView {
  return { id, name, base };
}

export interface PresenceParts {
  store: Pick<Store, 'agents' | 'presences'>;
  desk: Pick<Desk, 'passOffersOn'>;
  now: () => number;
}

/**
 * Gives an agent a presence: one that there is, or an own one. Null when there is no such agent. Throws
 * `invalid_request` when there is no such own presence.
 */
export async function setPresence(
  parts: PresenceParts,
  agentId: string,
  change: z.output<typeof presenceChange>,
): Promise<AgentDoc | null> {
  if ('presence' in change) return becomes(parts, { _id: agentId }, change);
  const own = await parts.store.presences.findOne({ _id: change.presenceId });
  if (!own) throw invalidRequest([{ path: 'body.presenceId', message: 'There is no such presence.' }]);
  return becomes(parts, { _id: agentId }, { presence: own.base, presenceId: own._id });
}

/**
 * The presence of an agent from now on. Who has it already has it since then: to say it once more is not to have been
 * away. What is offered to who becomes `offline` goes to the next. Leaves the agent's grace as it is: without one, who is
 * connected would never be missed. Null when there is no such agent.
 */
export async function becomes(
  { store, desk, now }: Omit<PresenceParts, 'store'> & { store: Pick<Store, 'agents'> },
  whose: Pick<AgentDoc, '_id'> & Partial<Pick<AgentDoc, 'presenceId'>>,
  { presence, presenceId }: { presence: Presence; presenceId?: string },
): Promise<AgentDoc | null> {
  const at = now();
  const another = presenceId === undefined ? { $exists: true } : { $ne: presenceId };
  const changed = await store.agents.findOneAndUpdate(
    { ...whose, $or: [{ presence: { $ne: presence } }, { presenceId: another }] },
    {
      $set: { presence, ...(presenceId === undefined ? {} : { presenceId }), presenceAt: at, changedAt: at },
      ...(presenceId === undefined ? { $unset: { presenceId: true } } : {}),
    },
    { returnDocument: 'after' },
  );
  const agent = changed ?? (await store.agents.findOne(whose));
  if (agent?.presence === 'offline') await desk.passOffersOn(agent);
  return agent;
}

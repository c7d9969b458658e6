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
 * What is offered to who becomes `offline` goes to the next. Leaves the agent's grace as it is: without one, who is
 * connected would never be missed. Null when there is no such agent. Throws `invalid_request` when there is no such own
 * presence.
 */
export async function setPresence(
  { store, desk, now }: PresenceParts,
  agentId: string,
  change: z.output<typeof presenceChange>,
): Promise<AgentDoc | null> {
  const own = 'presenceId' in change ? await store.presences.findOne({ _id: change.presenceId }) : null;
  if ('presenceId' in change && !own) {
    throw invalidRequest([{ path: 'body.presenceId', message: 'There is no such presence.' }]);
  }
  const chosen = own ? { presence: own.base, presenceId: own._id } : change;
  const at = now();
  const changed = await store.agents.findOneAndUpdate(
    { _id: agentId },
    {
      $set: { ...chosen, presenceAt: at, changedAt: at },
      ...(own ? {} : { $unset: { presenceId: true } }),
    },
    { returnDocument: 'after' },
  );
  if (changed?.presence === 'offline') await desk.passOffersOn(changed);
  return changed;
}

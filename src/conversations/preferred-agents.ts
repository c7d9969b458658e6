import { SwitchboardError } from '../errors.ts';
import type { Store } from '../store/documents.ts';
import type { Desk } from './desk.ts';
import type { GuardedWrite } from './guarded-write.ts';
import { mayActFor } from './rights.ts';

/** Whom a customer is to have, where a queue pushes. */
export function createPreferredAgents(
  { store }: { store: Pick<Store, 'agents'> },
  write: GuardedWrite,
): Pick<Desk, 'prefer'> {
  return {
    prefer: (id, actor, agentIds, expected = {}) =>
      write(id, actor, expected, async (conversation) => {
        mayActFor(actor, conversation);
        for (const [n, _id] of agentIds.entries()) {
          if (await store.agents.findOne({ _id })) continue;
          const problems = [{ path: `body.agentIds.${n}`, message: 'There is no such agent.' }];
          throw new SwitchboardError('invalid_request', undefined, { details: { problems } });
        }
        return { changes: { set: { preferredAgentIds: [...new Set(agentIds)] } } };
      }),
  };
}

import type { Store } from '../store/documents.ts';
import { type PresenceEvent, presenceAfter } from './presence.ts';

/** Changes an agent's presence after what happened to them. May be repeated; what they choose meanwhile stays. */
export async function noteAbsence(
  { store, now }: { store: Pick<Store, 'agents'>; now: () => number },
  agentId: string,
  event: PresenceEvent,
): Promise<void> {
  for (;;) {
    const agent = await store.agents.findOne({ _id: agentId });
    if (!agent) return;
    const presence = presenceAfter(event, agent.presence);
    if (presence === agent.presence) return;
    const { matchedCount } = await store.agents.updateOne(
      { _id: agentId, presence: agent.presence, presenceAt: agent.presenceAt },
      { $set: { presence, presenceAt: now(), changedAt: now() }, $unset: { presenceId: true } },
    );
    if (matchedCount === 1) return;
  }
}

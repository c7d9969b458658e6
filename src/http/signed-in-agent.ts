import type { SignedIn } from '../sign-in/open-id.ts';
import { newStaffing } from '../store/agent.ts';
import { insertOnce } from '../store/collection.ts';
import type { AgentDoc, ExtraRight, Store } from '../store/documents.ts';

/**
 * The agent whom a sign-in provider names. Made at the first sign-in, with no queues: an administrator gives those. Role
 * and rights are the provider's, and follow it at each request.
 */
export async function signedInAgent(
  { store, now }: { store: Pick<Store, 'agents'>; now: () => number },
  { agentId: _id, name, role, secrets }: SignedIn,
): Promise<AgentDoc> {
  const rights: ExtraRight[] = secrets ? ['secrets'] : [];
  const known = await store.agents.findOne({ _id });
  if (known === null) {
    const at = now();
    const fresh = { queues: [], languages: [], skills: [], capacity: 5, ...newStaffing(at) };
    const made: AgentDoc = { _id, name, role, rights, ...fresh, createdAt: at, changedAt: at };
    // Else another request of theirs was there, at the same moment.
    if (await insertOnce(store.agents, made)) return made;
  }
  if (known?.role === role && known.rights?.join() === rights.join()) return known;
  const changed = await store.agents.findOneAndUpdate(
    { _id },
    { $set: { role, rights, changedAt: now() } },
    { returnDocument: 'after' },
  );
  return changed ?? signedInAgent({ store, now }, { agentId: _id, name, role, secrets, until: 0 });
}

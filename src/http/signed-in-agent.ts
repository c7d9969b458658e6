import { SwitchboardError } from '../errors.ts';
import type { SignedIn } from '../sign-in/open-id.ts';
import { newStaffing } from '../store/agent.ts';
import { insertOnce } from '../store/collection.ts';
import type { AgentDoc, ExtraRight, Store } from '../store/documents.ts';
import { fieldsOf } from './audit.ts';

type Parts = { store: Pick<Store, 'agents' | 'audit'>; now: () => number };

/**
 * The agent whom a sign-in provider names. Made at the first sign-in, with no queues: an administrator gives those. Role
 * and rights are the provider's, and follow it at each request; the audit has an entry before each such change. Throws
 * `forbidden` where the provider gives no role.
 */
export async function signedInAgent(parts: Parts, signedIn: Omit<SignedIn, 'until'>): Promise<AgentDoc> {
  const { store, now } = parts;
  const { agentId: _id, name, role, secrets } = signedIn;
  const rights: ExtraRight[] = secrets ? ['secrets'] : [];
  const known = await store.agents.findOne({ _id });
  if (role === undefined) {
    if (known !== null) await note(parts, _id, `${known.changedAt}`, { role: null });
    throw new SwitchboardError('forbidden', 'The sign-in provider gives you no role here.');
  }
  if (known === null) {
    const at = now();
    // Requests of one page come together, and are one entry.
    await note(parts, _id, `new:${Math.floor(at / 1000)}`, { role, rights });
    const fresh = { queues: [], languages: [], skills: [], capacity: 5, ...newStaffing(at) };
    const made: AgentDoc = { _id, name, role, rights, ...fresh, createdAt: at, changedAt: at };
    // Else another request of theirs was there, at the same moment.
    if (await insertOnce(store.agents, made)) return made;
    return signedInAgent(parts, signedIn);
  }
  if (known.role === role && known.rights?.join() === rights.join()) return known;
  await note(parts, _id, `${known.changedAt}`, { role, rights });
  const changed = await store.agents.findOneAndUpdate(
    { _id },
    { $set: { role, rights, changedAt: now() } },
    { returnDocument: 'after' },
  );
  return changed ?? signedInAgent(parts, signedIn);
}

/** `since`: what it is a change of, so that requests at the same moment, and those that are refused, are one entry. */
async function note(
  { store, now }: Parts,
  agentId: string,
  since: string,
  gets: { role: AgentDoc['role'] | null; rights?: ExtraRight[] },
): Promise<void> {
  const as = [gets.role ?? 'none', ...(gets.rights ?? [])].join('+');
  const _id = `sign-in:${agentId}:${since}:${as}`;
  const changes = fieldsOf(gets);
  await insertOnce(store.audit, { _id, at: now(), agentId, operation: 'signIn', target: agentId, changes });
}

import type { Store } from '../store/documents.ts';

/** Milliseconds. An agent who has had no event stream for as long is gone; Omnichannel's own 2.5 minutes. */
export const GRACE = 150_000;

/** Milliseconds. How often who serves them a stream says so: two of these may fail without an agent seeming gone. */
export const RENEW_EVERY = 50_000;

/** An agent has an event stream open. Several processes may say so at once: the latest counts. */
export async function renewGrace(store: Pick<Store, 'agents'>, agentId: string, now: number): Promise<void> {
  await store.agents.updateOne({ _id: agentId }, { $max: { graceUntil: now + GRACE } });
}

/** An agent does something themself: who is expected to be connected has as long anew to connect again. */
export async function prolongGrace(
  store: Pick<Store, 'agents'>,
  agentId: string,
  now: number,
): Promise<void> {
  await store.agents.updateOne(
    { _id: agentId, graceUntil: { $exists: true } },
    { $max: { graceUntil: now + GRACE } },
  );
}

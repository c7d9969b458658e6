import type { Purpose, Seal } from '../seal.ts';
import type { Store } from '../store/documents.ts';

/** What became of the secrets in the store. */
export interface Resealed {
  /** Were sealed with another key, or not at all, and are sealed with the current one now. */
  resealed: number;
  /** Had been before. */
  current: number;
  /** Ids of those that neither key opens: write them anew. */
  unreadable: string[];
}

export type SealOf = (purpose: Purpose) => Seal;

/**
 * Seals every secret of channels and webhooks with the current SECRET_KEY. Each document is one conditional write, so
 * it may be broken off and repeated at any time, also while the service works with both keys set: what somebody writes
 * meanwhile is sealed with the current key by itself.
 */
export async function resealAll(
  store: Pick<Store, 'channels' | 'webhooks' | 'durable'>,
  sealOf: SealOf,
): Promise<Resealed> {
  const result: Resealed = { resealed: 0, current: 0, unreadable: [] };

  async function each<F extends string, D extends { _id: string } & { [K in F]?: string }>(
    name: string,
    docs: readonly D[],
    fields: readonly F[],
    seal: Seal,
    write: (
      id: string,
      before: { [K in F]?: string },
      after: { [K in F]?: string },
    ) => Promise<{ matchedCount: number }>,
  ): Promise<void> {
    for (const doc of docs) {
      const before: { [K in F]?: string } = {};
      const after: { [K in F]?: string } = {};
      try {
        for (const field of fields) {
          const sealed: string | undefined = doc[field];
          if (sealed === undefined) continue;
          if (seal.isCurrent(sealed)) {
            result.current += 1;
            continue;
          }
          Object.assign(before, { [field]: sealed });
          Object.assign(after, { [field]: seal.seal(seal.open(sealed)) });
        }
      } catch {
        result.unreadable.push(`${name}/${doc._id}`);
        continue;
      }
      const count = Object.keys(after).length;
      if (count === 0) continue;
      const { matchedCount } = await write(doc._id, before, after);
      if (matchedCount === 1) result.resealed += count;
    }
  }

  await each(
    'channels',
    await store.channels.find({}).toArray(),
    ['apiKey', 'previousApiKey'],
    sealOf('channel keys'),
    (_id, before, after) => store.channels.updateOne({ _id, ...before }, { $set: after }),
  );
  await each(
    'webhooks',
    await store.webhooks.find({}).toArray(),
    ['secret', 'previousSecret'],
    sealOf('webhook secrets'),
    (_id, before, after) => store.webhooks.updateOne({ _id, ...before }, { $set: after }),
  );
  await store.durable();
  return result;
}

import { insertOnce } from '../store/collection.ts';
import type { Store } from '../store/documents.ts';

/** Milliseconds in which whoever claims a number has written the document that lists it. */
const CLAIMING = 30_000;

type Claims = Pick<Store, 'numberClaims'>;

export interface Claiming {
  kind: 'channel' | 'workstream';
  /** Id of the channel or workstream. */
  owner: string;
  numbers: readonly string[];
  /** Whether a channel or workstream is there and lists the number. */
  lists: (owner: string, number: string) => boolean;
  now: number;
}

/**
 * Takes the numbers for one owner, before the document that lists them is written. Answers those that another one has,
 * by owner; then none is taken. A claim whose owner does not list the number, since its process died in between, gives
 * way after 30 seconds.
 */
export async function claimNumbers(store: Claims, claiming: Claiming): Promise<Map<string, string>> {
  const taken = new Map<string, string>();
  const fresh: string[] = [];
  for (const number of claiming.numbers) {
    const other = await claimNumber(store, claiming, number);
    if (other === 'mine') fresh.push(number);
    else if (other !== null) taken.set(number, other.owner);
  }
  if (taken.size > 0) await releaseNumbers(store, { ...claiming, numbers: fresh });
  return taken;
}

/** Null = it was the owner's already, `mine` = it is from now on. */
async function claimNumber(
  { numberClaims }: Claims,
  { kind, owner, lists, now }: Claiming,
  number: string,
): Promise<'mine' | null | { owner: string }> {
  const _id = `${kind}:${number}`;
  if (await insertOnce(numberClaims, { _id, owner, at: now })) return 'mine';
  const held = await numberClaims.findOne({ _id });
  // Just given back: whoever asks again gets it.
  if (held === null) return { owner: '' };
  if (held.owner === owner) {
    // Left from an attempt that died: its time begins anew, or somebody else would take it while this one is written.
    if (lists(owner, number)) return null;
    const { matchedCount } = await numberClaims.updateOne({ _id, owner }, { $set: { at: now } });
    return matchedCount === 1 ? null : { owner: '' };
  }
  if (lists(held.owner, number) || now - held.at < CLAIMING) return { owner: held.owner };
  const { matchedCount } = await numberClaims.updateOne(
    { _id, owner: held.owner, at: held.at },
    { $set: { owner, at: now } },
  );
  return matchedCount === 1 ? 'mine' : { owner: held.owner };
}

/** Gives numbers back that the owner's document lists no more. */
export async function releaseNumbers(
  { numberClaims }: Claims,
  { kind, owner, numbers }: Pick<Claiming, 'kind' | 'owner' | 'numbers'>,
): Promise<void> {
  for (const number of numbers) await numberClaims.deleteOne({ _id: `${kind}:${number}`, owner });
}

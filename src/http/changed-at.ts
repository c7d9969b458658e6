import { z } from 'zod';
import { SwitchboardError } from '../errors.ts';

/** For what administrators set up, whose lists are replaced whole: two who change it at once do not overwrite each other. */
export const readChangedAt = z.iso.datetime().nullable().optional().meta({
  description: 'The `changedAt` that you read. Refused with `stale_version` when it has changed since.',
});

/** Throws `stale_version` when `read` was given and is not the `changedAt` that the document has. */
export function refuseStale(
  { changedAt }: { changedAt?: number },
  read: z.output<typeof readChangedAt>,
): void {
  if (read === undefined) return;
  if (read === null ? changedAt === undefined : Date.parse(read) === changedAt) return;
  const now = changedAt === undefined ? null : new Date(changedAt).toISOString();
  throw new SwitchboardError('stale_version', undefined, { details: { changedAt: now } });
}

/** Whether a change says no more than when its document was read: a new `changedAt` would refuse others for nothing. */
export function changesNothing(body: object): boolean {
  return Object.keys(body).every((field) => field === 'changedAt');
}

/** For a change that is made now: strictly later, since it is also what tells that somebody else wrote meanwhile. */
export function laterThan({ changedAt = 0 }: { changedAt?: number }, now: number): number {
  return Math.max(now, changedAt + 1);
}

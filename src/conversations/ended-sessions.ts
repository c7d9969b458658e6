import { batches } from '../store/batches.ts';
import type { SessionDoc, Store } from '../store/documents.ts';

/** The sessions that ended from `from` on and before `to` (milliseconds), in the order of their end. */
export function endedSessions(
  { sessions }: Pick<Store, 'sessions'>,
  from: number,
  to: number,
): AsyncGenerator<SessionDoc[]> {
  return batches(
    (start, limit) =>
      sessions.find({ endedAt: { $gte: start, $lt: to } }, { sort: { endedAt: 1 }, limit }).toArray(),
    ({ endedAt }) => endedAt,
    from,
  );
}

import { type AbsenceParts, takeBack } from '../conversations/absence.ts';
import { GRACE, RENEW_EVERY } from '../conversations/grace.ts';
import { createGuardedWrite } from '../conversations/guarded-write.ts';
import { createLoop, type Loop, type WorkerParts } from './loop.ts';

const INTERVAL = 1000;

/**
 * Takes back what agents have who are gone. After a start, and after a time in which it could not look, it waits for as
 * long as a grace: then nobody may have been able to say that they are there, and they come back within seconds.
 */
export function createAbsences(parts: AbsenceParts & WorkerParts): Loop {
  const { store, now, log, sleep } = parts;
  const write = createGuardedWrite(parts);
  let lookedAt = Number.NEGATIVE_INFINITY;
  /** Since when there was no such time. */
  let watchingSince = 0;
  return createLoop({
    name: 'absences',
    slots: 8,
    interval: INTERVAL,
    rest: parts.restOf?.(['agents'], async () => {
      const next = await store.agents.findOne({ graceUntil: { $gte: 0 } }, { sort: { graceUntil: 1 } });
      // A longer rest would look like a time in which it could not look.
      return Math.min(next?.graceUntil ?? Number.POSITIVE_INFINITY, lookedAt + RENEW_EVERY / 2);
    }),
    log,
    sleep,
    async scan(limit) {
      const at = now();
      const over = { graceUntil: { $lte: at } };
      const gone = await store.agents.find(over, { sort: { graceUntil: 1 }, limit }).toArray();
      if (at - lookedAt > RENEW_EVERY) watchingSince = at;
      lookedAt = at;
      return at - watchingSince < GRACE ? [] : gone.map(({ _id }) => _id);
    },
    work: (agentId) => takeBack(parts, write, agentId),
  });
}

import { type Change, changesToLookAt, type LookAnewParts, lookAnew } from '../conversations/look-anew.ts';
import { createLoop, type Loop, type WorkerParts } from './loop.ts';

const INTERVAL = 1000;

/** Looks at conversations under way once settings that hold for them were changed, and every process has read them. */
export function createLookAnew(parts: LookAnewParts & WorkerParts): Loop {
  const { now, log, sleep } = parts;
  const nameOf = ({ of, id }: Change) => `${of} ${id}`;
  return createLoop({
    name: 'look-anew',
    slots: 1,
    interval: INTERVAL,
    rest: parts.restOf?.(['queues', 'workstreams'], async () => {
      const [first] = await changesToLookAt(parts);
      return first?.at ?? Number.POSITIVE_INFINITY;
    }),
    log,
    sleep,
    async scan(limit) {
      const changes = await changesToLookAt(parts);
      return changes
        .filter(({ at }) => at <= now())
        .map(nameOf)
        .slice(0, limit);
    },
    async work(name) {
      const change = (await changesToLookAt(parts)).find((one) => nameOf(one) === name);
      if (change) await lookAnew(parts, change);
    },
  });
}

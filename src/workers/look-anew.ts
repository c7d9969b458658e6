import { changesToLookAt, type LookAnewParts, lookAnew } from '../conversations/look-anew.ts';
import { createLoop, type Loop, type WorkerParts } from './loop.ts';

const INTERVAL = 1000;

/** Looks at conversations under way once settings that hold for them were changed, and every process has read them. */
export function createLookAnew(parts: LookAnewParts & WorkerParts): Loop {
  const { now, log, sleep } = parts;
  async function nextAt(): Promise<number> {
    const [first] = await changesToLookAt(parts);
    return first?.at ?? Number.POSITIVE_INFINITY;
  }

  return createLoop({
    name: 'look-anew',
    slots: 1,
    interval: INTERVAL,
    rest: parts.restOf?.(['queues', 'workstreams'], nextAt),
    log,
    sleep,
    scan: async () => ((await nextAt()) <= now() ? ['due'] : []),
    async work() {
      const due = (await changesToLookAt(parts)).filter(({ at }) => at <= now());
      for (const change of due) await lookAnew(parts, change);
    },
  });
}

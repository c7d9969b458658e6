import { createLoop, type Loop, type LoopParts, type WorkerParts } from './loop.ts';
import type { Source } from './stillness.ts';

export interface DueWorkParts extends WorkerParts, Pick<LoopParts, 'name' | 'interval'> {
  /** What `nextAt` reads. */
  sources: readonly Source[];
  /** When there is something to do: milliseconds since 1970, infinity for never. */
  nextAt: () => Promise<number>;
  /** Does all that is due. */
  work: () => Promise<unknown>;
  now: () => number;
}

/** A loop that has one thing to do, from a time on that is written down somewhere. */
export function createDueWork({ sources, nextAt, work, now, restOf, ...parts }: DueWorkParts): Loop {
  return createLoop({
    ...parts,
    slots: 1,
    rest: restOf?.(sources, nextAt),
    work,
    scan: async () => ((await nextAt()) <= now() ? ['due'] : []),
  });
}

import { createLoop, type Loop, type LoopParts } from './loop.ts';

/** A loop that does all it has to do in its look: there are no ids to work on, and nothing to hint at. */
export function createWatch({
  look,
  ...parts
}: { look: () => Promise<void> } & Pick<LoopParts, 'name' | 'interval' | 'rest' | 'log' | 'sleep'>): Loop {
  return createLoop({
    ...parts,
    slots: 1,
    work: async () => {},
    async scan() {
      await look();
      return [];
    },
  });
}

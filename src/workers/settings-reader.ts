import { createLoop, type Loop, type LoopParts } from './loop.ts';

/** Milliseconds until a change that another process made holds in this one. */
const INTERVAL = 1000;

/** Reads workstreams and queues anew, again and again, so that what an administrator changes holds everywhere. */
export function createSettingsReader(
  parts: { read: () => Promise<void> } & Pick<LoopParts, 'log' | 'sleep'>,
): Loop {
  return createLoop({
    name: 'settings',
    slots: 1,
    interval: INTERVAL,
    log: parts.log,
    sleep: parts.sleep,
    work: async () => {},
    async scan() {
      await parts.read();
      return [];
    },
  });
}

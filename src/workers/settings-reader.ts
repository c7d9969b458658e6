import type { Loop, WorkerParts } from './loop.ts';
import { createWatch } from './watch.ts';

/** Milliseconds until a change that another process made holds in this one. */
const INTERVAL = 1000;

const READ = ['workstreams', 'queues', 'channels', 'webhooks', 'dialogSets', 'publications'] as const;

/** Reads settings anew when they may have changed, so that what an administrator changes holds everywhere. */
export function createSettingsReader(parts: { read: () => Promise<void> } & WorkerParts): Loop {
  return createWatch({
    name: 'settings',
    interval: INTERVAL,
    rest: parts.restOf?.(READ, async () => Number.POSITIVE_INFINITY),
    log: parts.log,
    sleep: parts.sleep,
    look: parts.read,
  });
}

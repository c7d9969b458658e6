import { SwitchboardError } from '../errors.ts';
import type { Loop, LoopParts } from './loop.ts';
import { createWatch } from './watch.ts';

/** Milliseconds until what a designer has saved is live. */
const INTERVAL = 1000;

/** Publishes each change of the folder of dialogs, for whoever writes dialogs beside a service in demo mode. */
export function createDialogWatch(
  parts: { publishChanges: () => Promise<void> } & Pick<LoopParts, 'log' | 'sleep'>,
): Loop {
  return createWatch({
    name: 'dialogs',
    interval: INTERVAL,
    log: parts.log,
    sleep: parts.sleep,
    async look() {
      try {
        await parts.publishChanges();
      } catch (error) {
        if (!(error instanceof SwitchboardError) || error.code !== 'dialogs_invalid') throw error;
        // A designer’s own mistake, told as at the start: each with its place and what to do.
        parts.log.error(`${error.message}\nThe last set of dialogs without a mistake stays live.`);
      }
    },
  });
}

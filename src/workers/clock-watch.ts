import type { Loop, LoopParts } from './loop.ts';
import type { Stillness } from './stillness.ts';
import { createWatch } from './watch.ts';

/** Milliseconds. Deadlines are to be kept within a second, also when the clock is set. */
const INTERVAL = 1000;

/** Milliseconds that the clock may gain or lose meanwhile: it is corrected in small steps all the time. */
const STEP = 250;

/** Ends rests when the clock was set, or the machine slept: timers run on, by another clock that knows nothing of it. */
export function createClockWatch(
  parts: {
    now: () => number;
    /** Milliseconds since whenever, of the clock that timers run by. */
    steady: () => number;
    stillness: Pick<Stillness, 'wake'>;
  } & Pick<LoopParts, 'log' | 'sleep'>,
): Loop {
  const ahead = () => parts.now() - parts.steady();
  let before = ahead();
  return createWatch({
    name: 'clock',
    interval: INTERVAL,
    log: parts.log,
    sleep: parts.sleep,
    async look() {
      const after = ahead();
      if (Math.abs(after - before) > STEP) parts.stillness.wake();
      before = after;
    },
  });
}

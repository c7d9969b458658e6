/** Runs `run` once after `ms` milliseconds; the function that it answers cancels that. */
export type SetTimer = (run: () => void, ms: number) => () => void;

export const setRealTimer: SetTimer = (run, ms) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** Every pause of the emulator, so that stopping ends them all and no timer is left. */
export interface Waits {
  /** True once `ms` milliseconds have passed, false as soon as the emulator stops. */
  wait(ms: number): Promise<boolean>;
  /** The same, but `release` ends the pause early, as if its time had passed. */
  hold(ms: number): { passed: Promise<boolean>; release: () => void };
  stop(): void;
}

export function createWaits(setTimer: SetTimer): Waits {
  const pending = new Set<(passed: boolean) => void>();
  let stopped = false;

  function hold(ms: number) {
    if (stopped) return { passed: Promise.resolve(false), release: () => {} };
    const { promise, resolve } = withResolvers();
    const settle = (passed: boolean) => {
      pending.delete(settle);
      cancel();
      resolve(passed);
    };
    const cancel = setTimer(() => settle(true), ms);
    pending.add(settle);
    return { passed: promise, release: () => settle(true) };
  }

  return {
    hold,
    wait: (ms) => (ms === 0 ? Promise.resolve(!stopped) : hold(ms).passed),
    stop() {
      stopped = true;
      for (const settle of [...pending]) settle(false);
    },
  };
}

/** `Promise.withResolvers` came with Node 22. */
function withResolvers() {
  let resolve: (passed: boolean) => void = () => {};
  const promise = new Promise<boolean>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

export interface AlarmParts {
  now: () => number;
  /** Resolves after `timeout` milliseconds, or when the signal aborts. */
  sleep: (timeout: number, signal: AbortSignal) => Promise<void>;
  /** Called with each id whose time has come. */
  ring: (id: string) => void;
}

/** Says when the time of an id has come, to the millisecond where the clock allows it. Kept in memory: a hint, no promise. */
export interface Alarm {
  /** `at` in milliseconds since 1970; one that is set already is moved. */
  set(id: string, at: number): void;
  /** Forgets all, and resolves when nothing sleeps any more. */
  stop(): Promise<void>;
}

/** More are left to the looks at the store. */
const MOST = 10_000;

export function createAlarm({ now, sleep, ring }: AlarmParts): Alarm {
  const times = new Map<string, number>();
  let running: Promise<void> | undefined;
  let waking = new AbortController();
  let next = Number.POSITIVE_INFINITY;
  let stopping = false;

  /** Where all times are past, the run is over before it is noted here: its end has to be noted after that. */
  function begin(): void {
    running = run().then(() => {
      running = undefined;
      if (times.size > 0 && !stopping) begin();
    });
  }

  async function run(): Promise<void> {
    while (times.size > 0 && !stopping) {
      next = Math.min(...times.values());
      waking = new AbortController();
      if (next > now()) await sleep(next - now(), waking.signal);
      for (const [id, at] of times) {
        if (at > now()) continue;
        times.delete(id);
        ring(id);
      }
    }
  }

  return {
    set(id, at) {
      if (stopping || (times.size >= MOST && !times.has(id))) return;
      times.set(id, at);
      if (running === undefined) begin();
      else if (at < next) waking.abort();
    },
    async stop() {
      stopping = true;
      waking.abort();
      await running;
      times.clear();
    },
  };
}

/**
 * Tells a waiting loop in this process that there may be something to do. A hint only: polling is the truth, since
 * another process may have written it.
 */
export interface Wake {
  wake(): void;
  /** Resolves at the next `wake`, after `timeout` milliseconds, or when `signal` aborts. */
  wait(timeout: number, signal?: AbortSignal): Promise<void>;
}

export function createWake(): Wake {
  const waiting = new Set<() => void>();
  return {
    wake() {
      for (const resume of waiting) resume();
    },
    wait(timeout, signal) {
      return new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const resume = () => {
          clearTimeout(timer);
          waiting.delete(resume);
          signal?.removeEventListener('abort', resume);
          resolve();
        };
        const timer = setTimeout(resume, timeout);
        waiting.add(resume);
        signal?.addEventListener('abort', resume, { once: true });
      });
    },
  };
}

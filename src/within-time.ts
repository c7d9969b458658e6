/**
 * What `work` resolves with. Rejects with what it rejects with, or with the error that `late` makes once `limit`
 * milliseconds are over: then `signal` is aborted with that error, and nobody waits for the work any more.
 */
export async function withinTime<T>(
  limit: number,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeIsOver = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = late();
      reject(error);
      over.abort(error);
    }, limit);
  });
  try {
    return await Promise.race([work(over.signal), timeIsOver]);
  } finally {
    clearTimeout(timer);
  }
}

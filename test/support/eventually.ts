/** Asks again until the answer is there. Fails with the last one after five seconds. */
export async function eventually<T>(ask: () => T | Promise<T>, enough: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 5000;
  for (;;) {
    const answer = await ask();
    if (enough(answer)) return answer;
    if (Date.now() > deadline)
      throw new Error(`Waited in vain; last: ${String(JSON.stringify(answer)).slice(-400)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

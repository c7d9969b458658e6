/** Shorter words turn into one another too easily: "mine" and "nine" are meant, "no" and "on" are not. Letters. */
const SHORTEST = 4;

/** Whether a word was meant for `name` and mistyped: one letter wrong, missing, too many, or two that changed places. */
export function isNearMiss(word: string, name: string): boolean {
  const [a, b] = [[...word], [...name]];
  if (a.length < SHORTEST || b.length < SHORTEST || Math.abs(a.length - b.length) > 1) return false;
  let from = 0;
  while (from < a.length && a[from] === b[from]) from += 1;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - from && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const restA = a.slice(from, a.length - tail);
  const restB = b.slice(from, b.length - tail);
  if (restA.length <= 1 && restB.length <= 1) return restA.length + restB.length > 0;
  return restA.length === 2 && restB.length === 2 && restA[0] === restB[1] && restA[1] === restB[0];
}

/**
 * Milliseconds of waiting that one step of priority is worth. What waits gains on higher priorities with time, so
 * that nothing starves, and its place in the line never has to be written again.
 */
export const AGEING = 600_000;

/** A conversation's place in the line: the smallest is next. `since` is when its customer began to wait. */
export function lineOf(since: number, priority: number): number {
  return since - priority * AGEING;
}

/** The place of a conversation that joins a line now: by its oldest text that nobody has answered. */
export function joiningAt(
  { unansweredSince, priority }: { unansweredSince?: number | undefined; priority: number },
  now: number,
): number {
  return lineOf(unansweredSince ?? now, priority);
}

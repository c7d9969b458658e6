/** Where in the console somebody is: kept in the address, so that it can be reloaded, linked and gone back to. */
export type Place =
  /** `reply` = to write an answer at once; who only looks through the list keeps its keys. */
  | { page: 'desk'; conversationId: string | undefined; reply: boolean }
  | { page: 'board'; part: string }
  | { page: 'admin'; part: string; id: string | undefined };

export function placeOf(hash: string): Place {
  const [page = '', first, second] = hash
    .replace(/^#\/?/, '')
    .split('/')
    .map((part) => decoded(part));
  if (page === 'board') return { page, part: first ?? 'now' };
  if (page === 'admin') return { page, part: first ?? '', id: second };
  return { page: 'desk', conversationId: page === 'c' ? first : undefined, reply: second === 'reply' };
}

export function addressOf(conversationId: string, reply = false): string {
  return `#/c/${encodeURIComponent(conversationId)}${reply ? '/reply' : ''}`;
}

/** An address that somebody has mistyped leads to nothing, and throws nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

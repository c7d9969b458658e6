import { z } from 'zod';
import { invalidRequest } from './problem.ts';

/** A place in a list that is ordered by a time and, within one millisecond, by a text. */
export interface Position {
  at: number;
  tie: string;
}

const position = z.tuple([z.number(), z.string()]);

function encodeCursor({ at, tie }: Position): string {
  return Buffer.from(JSON.stringify([at, tie])).toString('base64url');
}

/** Throws `invalid_request` for what `encodeCursor` did not make. */
export function decodeCursor(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  try {
    const [at, tie] = position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { at, tie };
  } catch {
    throw invalidRequest([{ path: 'query.cursor', message: 'Take it from the answer before.' }]);
  }
}

/** The place of a document in a list that is ordered by id. */
export function placeById({ _id }: { _id: string }): Position {
  return { at: 0, tie: _id };
}

/** A page of a list that is short enough to be read whole: all of it where no `limit` is asked for. */
export function pageOfAll<T>(
  all: readonly T[],
  positionOf: (item: T) => Position,
  { limit, cursor }: { limit?: number | undefined; cursor?: string | undefined },
): { items: T[]; cursor: string | null } {
  const after = decodeCursor(cursor);
  const rest = all
    .filter((item) => after === undefined || compare(positionOf(item), after) > 0)
    .sort((a, b) => compare(positionOf(a), positionOf(b)));
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    cursor: last === undefined || items.length === rest.length ? null : encodeCursor(positionOf(last)),
  };
}

function compare(a: Position, b: Position): number {
  return a.at - b.at || (a.tie < b.tie ? -1 : a.tie > b.tie ? 1 : 0);
}

/**
 * How many documents one page may read. A filter that no index serves is worked on a page at a time, so that no
 * request holds the process up; its client goes on with the cursor.
 */
const SCANNED = 2000;

/** Documents read at once for a page that fills slowly. */
const LARGEST_BATCH = 500;

export interface PageQuery<T> {
  /** Up to `limit` documents in order of `positionOf(…).at`, from `from` on (included), or from the beginning. */
  read: (from: number | undefined, limit: number) => Promise<T[]>;
  positionOf: (document: T) => Position;
  /** 1 = oldest first, -1 = newest first. */
  order: 1 | -1;
  after: Position | undefined;
  limit: number;
  accept?: (document: T) => boolean;
}

/**
 * One page. An index orders by time only, and MongoDB gives those of one millisecond in any order; so a full batch
 * is taken without its last millisecond, which the next batch reads whole.
 */
export async function readPage<T>(query: PageQuery<T>): Promise<{ items: T[]; cursor: string | null }> {
  const { positionOf, order, accept = () => true } = query;
  const items: T[] = [];
  let reached = query.after;
  let scanned = 0;
  let size = query.limit + 1;
  for (;;) {
    const batch = await query.read(reached?.at, size);
    const last = batch.length === size ? batch.at(-1) : undefined;
    const fresh = batch
      .map((document) => ({ document, position: positionOf(document) }))
      .filter(({ position }) => last === undefined || position.at !== positionOf(last).at)
      .filter(({ position }) => reached === undefined || order * compare(position, reached) > 0)
      .sort((a, b) => order * compare(a.position, b.position));
    for (const { document, position } of fresh) {
      if (items.length === query.limit && reached) return { items, cursor: encodeCursor(reached) };
      reached = position;
      scanned++;
      if (accept(document)) items.push(document);
    }
    if (last === undefined) return { items, cursor: null };
    size = fresh.length === 0 ? size * 2 : Math.max(size, Math.min(size * 2, LARGEST_BATCH));
    if (scanned >= SCANNED && reached) return { items, cursor: encodeCursor(reached) };
  }
}

/** One page, the newest first. `read` answers up to `limit`, the newest first, up to `before` (included) where it is given. */
export function pageByTime<T extends { _id: string; at: number }>(
  { cursor, limit }: { cursor?: string | undefined; limit: number },
  read: (before: number | undefined, limit: number) => Promise<T[]>,
  accept?: (document: T) => boolean,
): Promise<{ items: T[]; cursor: string | null }> {
  return readPage({
    read,
    positionOf: ({ at, _id }) => ({ at, tie: _id }),
    order: -1,
    after: decodeCursor(cursor),
    limit,
    ...(accept && { accept }),
  });
}

/**
 * One page, of the document that changed last first. `read` answers up to `limit` of those that match `changed` too, in that
 * order.
 */
export function pageByChange<T extends { _id: string; changedAt: number }>(
  { cursor, limit }: { cursor?: string | undefined; limit: number },
  read: (changed: { changedAt?: { $lte: number } }, limit: number) => Promise<T[]>,
  accept?: (document: T) => boolean,
): Promise<{ items: T[]; cursor: string | null }> {
  return readPage({
    read: (from, most) => read(from === undefined ? {} : { changedAt: { $lte: from } }, most),
    positionOf: ({ changedAt, _id }) => ({ at: changedAt, tie: _id }),
    order: -1,
    after: decodeCursor(cursor),
    limit,
    ...(accept && { accept }),
  });
}

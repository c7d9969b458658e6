import { createHash, type Hash } from 'node:crypto';
import type { CollectionName, Store } from '../store/documents.ts';
import type { Doc } from '../store/index-keys.ts';
import { COLLECTION_NAMES } from '../store/schema.ts';
import { changedConversation, conversationsSince } from './changed.ts';

/** Of the lines. It grows when an older version could no longer read them. */
export const DUMP_FORMAT = 1;

/*
 * A backup is gzip of lines of JSON: a head, `[collection, document]` for each document, and an end. A document that
 * comes twice counts as it came last. The end tells how many lines there are between, and the SHA-256 of the head and
 * them: one that was cut off, or changed, is told from a whole one.
 */

export interface Head {
  switchboard: 'backup';
  format: number;
  /** The version of the documents. */
  schema: number;
  /** When it was begun. */
  at: string;
}

export interface End {
  documents: number;
  sha256: string;
}

/** The lines of a backup of what is in the store, many at a time. The store may be at work meanwhile. */
export async function* dumpLines(store: Store, now: () => number): AsyncGenerator<string, void> {
  const hash = createHash('sha256');
  const at = now();
  const { schema } = await store.state();
  const head: Head = {
    switchboard: 'backup',
    format: DUMP_FORMAT,
    schema,
    at: new Date(at).toISOString(),
  };
  yield hashed(hash, [JSON.stringify(head)]);
  let documents = 0;
  const linesOf = (name: CollectionName, docs: readonly Doc[]) => {
    documents += docs.length;
    return hashed(
      hash,
      docs.map((doc) => JSON.stringify([name, doc])),
    );
  };
  const snapshot = store.snapshot();
  try {
    // Conversations come first: what moves out of them meanwhile is then in both places, and told by its id.
    for (const name of COLLECTION_NAMES) {
      for await (const batch of snapshot.batches(name)) if (batch.length > 0) yield linesOf(name, batch);
    }
    if (!snapshot.isOfOneMoment) {
      for (const id of await conversationsSince(store, at)) {
        const { conversation, messages, sessions } = await changedConversation(store, id);
        if (conversation === null) continue;
        yield linesOf('conversations', [conversation]) +
          linesOf('messages', messages) +
          linesOf('sessions', sessions);
      }
    }
  } finally {
    snapshot.close();
  }
  const end: End = { documents, sha256: hash.digest('hex') };
  yield `${JSON.stringify(end)}\n`;
}

function hashed(hash: Hash, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const text = `${lines.join('\n')}\n`;
  hash.update(text);
  return text;
}

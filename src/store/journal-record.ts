import { Packr } from 'msgpackr';
import type { Doc, Key } from './index-keys.ts';
import { DamagedJournal } from './journal-file.ts';
import type { Memtable } from './memtable.ts';

/** A collection as the journal sees it. */
export interface Journaled {
  readonly name: string;
  readonly recent: Memtable;
  restore(doc: Doc): void;
  restoreDeleted(key: Key): void;
}

/** Of one collection: documents as they were, and keys of those that were deleted. */
type Changes = [name: string, documents: Doc[], deleted: Key[]];

/** Sets of field names are told once a frame: 200 bytes for a conversation and 1 µs, against 515 and 3 as JSON. */
const packr = new Packr();

/** What was changed in the collections since this was last called, or null. */
export function takeChanges(collections: readonly Journaled[]): Buffer | null {
  const all: Changes[] = [];
  for (const { name, recent } of collections) {
    if (!recent.isUnwritten) continue;
    const changes: Changes = [name, [], []];
    for (const [key, doc] of recent.takeUnwritten()) {
      if (doc === null) changes[2].push(key);
      else changes[1].push(doc);
    }
    all.push(changes);
  }
  return all.length === 0 ? null : packr.pack(all);
}

/** @throws DamagedJournal */
export function replayChanges(payload: Buffer, collections: readonly Journaled[]): void {
  if (payload.length === 0) return;
  for (const [name, documents, deleted] of changesIn(payload)) {
    const collection = collections.find((candidate) => candidate.name === name);
    if (collection === undefined) throw new DamagedJournal(`an unknown collection ${name}`);
    for (const doc of documents) collection.restore(doc);
    for (const key of deleted) collection.restoreDeleted(key);
  }
  for (const { recent } of collections) recent.takeUnwritten();
}

/** The checksum says that these are the bytes that `takeChanges` made. */
function changesIn(payload: Buffer): Changes[] {
  return packr.unpack(payload);
}

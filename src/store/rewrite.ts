import { setImmediate } from 'node:timers/promises';
import type { RootDatabase } from 'lmdb';

/** Entries of one transaction: 2 ms of the process’s time, where it does not wait for the disk. */
const BATCH = 500;

const FIRST = Buffer.from([0]);

/**
 * Copies the tables of one LMDB file into an empty one, entry by entry. A page of LMDB keeps the bytes of what was deleted
 * from it until something else happens to be written there, and LMDB's own copy takes pages as they are; the pages of the
 * new file have never held anything but what is copied. `goOn` is asked now and then, and throws to end it.
 */
export async function copyTables(
  from: RootDatabase<unknown, string>,
  to: RootDatabase<unknown, string>,
  goOn: () => void,
): Promise<void> {
  const raw = { encoding: 'binary', keyEncoding: 'binary' } as const;
  for (const name of [...from.getKeys()]) {
    const source = from.openDB<Buffer, Buffer>(name, raw);
    const target = to.openDB<Buffer, Buffer>(name, raw);
    for (let start: Buffer | null = FIRST; start !== null; ) {
      const first: Buffer = start;
      let last: Buffer = first;
      let read = 0;
      target.transactionSync(() => {
        for (const { key, value } of source.getRange({ start: first, limit: BATCH })) {
          target.putSync(key, value);
          last = key;
          read++;
        }
      });
      await setImmediate();
      start = read < BATCH ? null : Buffer.concat([last, FIRST]);
      goOn();
    }
  }
}

import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { SwitchboardError } from '../errors.ts';
import type { CollectionName } from '../store/documents.ts';
import type { Doc } from '../store/index-keys.ts';
import { isCollectionName, SCHEMA } from '../store/schema.ts';
import { DUMP_FORMAT, type End, type Head } from './dump.ts';

/** A document of a backup, and the collection that it is of. */
export type Dumped = readonly [CollectionName, Doc];

/**
 * Reads a backup, and at its end knows whether it was whole; who must not rely on half of one reads it to the end first.
 *
 * @throws SwitchboardError `backup_damaged`, `store_newer`, also between documents.
 */
export async function* readDump(file: Readable): AsyncGenerator<{ head: Head; dumped: Dumped }, End> {
  const hash = createHash('sha256');
  let head: Head | undefined;
  let documents = 0;
  try {
    for await (const line of linesOf(file)) {
      const value: unknown = JSON.parse(line);
      if (head === undefined) {
        head = headOf(value);
      } else if (Array.isArray(value)) {
        yield { head, dumped: documentOf(value) };
        documents++;
      } else {
        const end = endOf(value);
        if (end.documents !== documents || end.sha256 !== hash.digest('hex')) throw damaged();
        return end;
      }
      hash.update(`${line}\n`);
    }
  } catch (cause) {
    throw cause instanceof SwitchboardError ? cause : damaged(cause);
  } finally {
    file.destroy();
  }
  throw damaged();
}

/** Readline itself does not tell of a stream that fails. */
async function* linesOf(file: Readable): AsyncGenerator<string, void> {
  const unzipped = createGunzip();
  let failure: unknown;
  const lines = createInterface({ input: unzipped, crlfDelay: Number.POSITIVE_INFINITY });
  const fail = (error: unknown) => {
    failure ??= error;
    lines.close();
  };
  file.on('error', fail);
  unzipped.on('error', fail);
  file.pipe(unzipped);
  yield* lines;
  if (failure !== undefined) throw failure;
}

function headOf(value: unknown): Head {
  const { switchboard, format, schema, at } = fieldsOf(value);
  if (
    switchboard !== 'backup' ||
    typeof format !== 'number' ||
    typeof schema !== 'number' ||
    typeof at !== 'string'
  ) {
    throw new SwitchboardError('backup_damaged', 'This is not a backup of switchboard.');
  }
  if (format > DUMP_FORMAT || schema > SCHEMA) throw new SwitchboardError('store_newer');
  return { switchboard, format, schema, at };
}

function documentOf([collection, doc]: unknown[]): Dumped {
  const { _id, ...fields } = fieldsOf(doc);
  if (typeof collection !== 'string' || !isCollectionName(collection) || typeof _id !== 'string')
    throw damaged();
  return [collection, { _id, ...fields }];
}

function endOf(value: unknown): End {
  const { documents, sha256 } = fieldsOf(value);
  if (typeof documents !== 'number' || typeof sha256 !== 'string') throw damaged();
  return { documents, sha256 };
}

function fieldsOf(value: unknown): { [field: string]: unknown } {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function damaged(cause?: unknown): SwitchboardError {
  return new SwitchboardError('backup_damaged', undefined, { cause });
}

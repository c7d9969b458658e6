import { execFile } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { open } from 'lmdb';
import { SwitchboardError } from '../errors.ts';
import { journalFiles } from './journal-file.ts';
import { type DataState, SCHEMA } from './schema.ts';

/** How this version writes its files. It grows when an older version could no longer read them. */
const FORMAT = 3;

/** A data folder that this process alone may use. */
export interface DataFolder {
  /** LMDB's file; it may not be there yet. */
  dataPath: string;
  /** Where a file is made that is to take its place. There is none. */
  newPath: string;
  /** Resolves once the one at `newPath` would survive a power cut. */
  syncNew(): Promise<void>;
  /** Puts the one at `newPath` into its place. */
  replaceData(): void;
  /** Says in the folder that it holds a store. To be called once the file is made. */
  markMade(): void;
  state(): DataState;
  keepState(state: DataState): void;
  /** Lets others have the folder. */
  release(): Promise<void>;
}

/**
 * Claims a folder for this process after looking at what is in it. Damaged, newer or taken folders are left as they are.
 *
 * @throws SwitchboardError `store_locked`, `store_damaged`, `store_newer`, `store_unavailable`.
 */
export async function claimFolder(dataDir: string): Promise<DataFolder> {
  const dataPath = join(dataDir, 'data.mdb');
  const formatPath = join(dataDir, 'format.json');
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 }); // for nobody else's eyes: customers' texts and numbers
  } catch (cause) {
    throw new SwitchboardError('store_unavailable', 'The data folder cannot be made.', { cause });
  }
  readFormat(formatPath);
  const release = claim(join(dataDir, 'owner.mdb'));
  try {
    const found = readFormat(formatPath);
    let state = found?.state ?? { schema: SCHEMA };
    // The first frame is written after format.json is, so a journal goes with a file of LMDB's too.
    await checkData(dataPath, found !== null || (await journalFiles(dataDir)).length > 0);
    const newPath = `${dataPath}.new`;
    const lockPath = `${newPath}-lock`; // made by LMDB beside it
    for (const left of [newPath, lockPath]) rmSync(left, { force: true });
    return {
      dataPath,
      newPath,
      async syncNew() {
        const file = await openFile(newPath, 'r+');
        try {
          await file.sync();
        } finally {
          await file.close();
        }
      },
      replaceData() {
        renameSync(newPath, dataPath);
        rmSync(lockPath, { force: true });
        syncFolder(dataDir);
      },
      markMade: () => {
        if (found?.format !== FORMAT) writeFormat(formatPath, state);
      },
      state: () => state,
      keepState(now) {
        writeFormat(formatPath, now);
        state = now;
      },
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/**
 * Takes the folder's lock, or throws. The lock is a place in the reader table of an LMDB file of its own, which a read
 * transaction that never ends keeps taken. LMDB's writer lock makes looking and taking one step, and the kernel's file
 * locks tell a reader that died from one that lives: also after a SIGKILL, when the pid was given out again, and
 * between containers in which both processes have pid 1.
 */
function claim(path: string): () => Promise<void> {
  let owner: ReturnType<typeof open>;
  try {
    owner = open({ path, noSubdir: true, maxDbs: 1, mapSize: 2 ** 20 });
  } catch (cause) {
    throw new SwitchboardError('store_unavailable', 'The lock file of the data folder cannot be opened.', {
      cause,
    });
  }
  const reader = owner.transactionSync(() => {
    owner.readerCheck();
    // The list is a heading and a line for each reader, or "(no active readers)".
    return /\d/.test(owner.readerList()) ? null : owner.useReadTransaction();
  });
  if (reader === null) {
    owner.close().catch(() => {}); // nothing was written
    throw new SwitchboardError('store_locked');
  }
  return async () => {
    reader.done();
    await owner.close();
  };
}

function readFormat(path: string): { format: number; state: DataState } | null {
  if (!existsSync(path)) return null;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw damaged('format.json cannot be read', cause);
  }
  const fields: { [name: string]: unknown } =
    typeof content === 'object' && content !== null ? { ...content } : {};
  const { format, schema = 1, filling } = fields;
  if (typeof format !== 'number' || typeof schema !== 'number') throw damaged('format.json names no format');
  if (format > FORMAT) {
    throw new SwitchboardError('store_newer', undefined, { details: { format, understood: FORMAT } });
  }
  if (schema > SCHEMA) {
    throw new SwitchboardError('store_newer', undefined, { details: { schema, understood: SCHEMA } });
  }
  return {
    format,
    state: { schema, ...((filling === 'restore' || filling === 'copy') && { filling }) },
  };
}

function writeFormat(path: string, state: DataState): void {
  const beside = `${path}.new`;
  const file = openSync(beside, 'w');
  try {
    writeSync(file, `${JSON.stringify({ format: FORMAT, ...state })}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Looks at LMDB's file before LMDB does: LMDB would start afresh in an empty file, and the process would die of SIGBUS
 * where a page is missing.
 */
async function checkData(path: string, made: boolean): Promise<void> {
  if (!existsSync(path)) {
    if (made) throw damaged('data.mdb is missing');
    return;
  }
  const file = openSync(path, 'r');
  let size: number;
  let needed: number | null;
  try {
    size = fstatSync(file).size;
    needed = neededSize(file);
  } finally {
    closeSync(file);
  }
  if (size === 0 && !made) return; // ended before anything was written
  if (needed === null) throw damaged('data.mdb is not a store');
  // The last pages may be free ones that were never written, so a short file has to be read to be judged.
  if (size < needed && !(await canBeRead(path))) throw damaged('data.mdb is cut off');
}

/*
 * LMDB's meta pages, in the version of lmdb 3.5: a page header of 24 bytes, then magic, version, address, map size,
 * two tables' roots of 48 bytes (the first begins with the page size), last page, transaction.
 * There are two, at 0 and at one page; the one of the later transaction counts.
 */
const MAGIC = 0xbeefc0de;

/** Bytes that the file should have, or null when it is not LMDB's. */
function neededSize(file: number): number | null {
  const first = readMeta(file, 0);
  if (first === null) return null;
  const { pageSize } = first;
  if (pageSize < 256 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return null;
  const second = readMeta(file, pageSize);
  const latest = second !== null && second.transaction > first.transaction ? second : first;
  return (latest.lastPage + 1) * pageSize;
}

function readMeta(
  file: number,
  at: number,
): { pageSize: number; lastPage: number; transaction: number } | null {
  const page = Buffer.alloc(168);
  if (readSync(file, page, 0, page.length, at) < page.length || page.readUInt32LE(24) !== MAGIC) return null;
  return {
    pageSize: page.readUInt32LE(48),
    lastPage: Number(page.readBigUInt64LE(144)),
    transaction: Number(page.readBigUInt64LE(152)),
  };
}

/** Reads all there is, in a process of its own, since that is what dies when a page is missing. */
async function canBeRead(path: string): Promise<boolean> {
  const lmdb = createRequire(import.meta.url).resolve('lmdb');
  const script = `
    const { open } = require(${JSON.stringify(lmdb)});
    const root = open({ path: ${JSON.stringify(path)}, noSubdir: true, readOnly: true, maxDbs: 128, encoding: 'binary' });
    root.getStats(); // reads the list of free pages
    for (const name of [...root.getKeys()]) {
      const db = root.openDB(name, { encoding: 'binary', keyEncoding: 'binary' });
      for (const { value } of db.getRange({ start: Buffer.from([0]) })) value.at(-1);
    }`;
  try {
    await promisify(execFile)(process.execPath, ['--eval', script]);
    return true;
  } catch {
    return false;
  }
}

function damaged(what: string, cause?: unknown): SwitchboardError {
  return new SwitchboardError(
    'store_damaged',
    `The data folder cannot be read (${what}): restore it from a backup, or point DATA_DIR elsewhere.`,
    { cause },
  );
}

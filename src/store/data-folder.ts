import { type FileHandle, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SwitchboardError } from '../errors.ts';
import { lockFolder } from './folder-lock.ts';

/** Grows when the bytes change their meaning. */
const FORMAT = 1;

/** LMDB's meta pages, the first two of the file: 24 bytes of page header, then the fields at these offsets. */
const META = { magic: 24, version: 28, pageSize: 48, lastPage: 144, transaction: 152, length: 160 };
const MAGIC = 0xbeefc0de;

export interface DataFolder {
  /** LMDB's file. */
  dataPath: string;
  release(): Promise<void>;
}

/**
 * Locks the folder of an embedded store, makes it when it is not there, and makes sure that LMDB can open what is in
 * it. Nothing in a folder that is refused is changed. LMDB maps its file and would die of a cut one, so that is looked
 * at before.
 *
 * @throws SwitchboardError `store_locked`, `store_newer`, `store_damaged`, `store_unavailable`.
 */
export async function claimFolder(dataDir: string): Promise<DataFolder> {
  let release: () => Promise<void>;
  try {
    await mkdir(dataDir, { recursive: true });
    release = await lockFolder(dataDir);
  } catch (error) {
    if (error instanceof SwitchboardError) throw error;
    throw new SwitchboardError('store_unavailable', `DATA_DIR cannot be used: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
  try {
    const dataPath = join(dataDir, 'data.mdb');
    await checkFormat(join(dataDir, 'format.json'), await checkData(dataPath));
    return { dataPath, release };
  } catch (error) {
    await release();
    throw error;
  }
}

async function checkFormat(path: string, dataExists: boolean): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (reasonOf(error) === 'ENOENT') return undefined;
    throw damaged('format.json cannot be read', error);
  });
  if (text === undefined && dataExists) throw damaged('format.json is missing beside data.mdb');
  if (text === undefined) {
    // Written aside and renamed, so that a crash leaves a whole one or none.
    await writeFile(`${path}.new`, JSON.stringify({ format: FORMAT }), { flush: true });
    await rename(`${path}.new`, path);
    return;
  }
  const format = formatOf(text);
  if (format === undefined) throw damaged('format.json names no format');
  if (format > FORMAT)
    throw new SwitchboardError('store_newer', undefined, { details: { format, known: FORMAT } });
}

function formatOf(text: string): number | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || !('format' in parsed)) return undefined;
    return Number.isInteger(parsed.format) ? Number(parsed.format) : undefined;
  } catch {
    return undefined;
  }
}

/** Answers whether there is data. An empty file is what a crash leaves that came right after LMDB made it. */
async function checkData(path: string): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (reasonOf(error) === 'ENOENT') return false;
    throw damaged('data.mdb cannot be read', error);
  }
  try {
    const { size } = await file.stat();
    if (size === 0) return false;
    const first = await metaAt(file, 0);
    const second = first && (await metaAt(file, first.pageSize));
    const newest = !second || (first && first.transaction > second.transaction) ? first : second;
    if (!newest) throw damaged('data.mdb is not a database of this service');
    if (size < (newest.lastPage + 1) * newest.pageSize) throw damaged('data.mdb has been cut off');
    return true;
  } finally {
    await file.close();
  }
}

async function metaAt(file: FileHandle, offset: number) {
  const page = Buffer.alloc(META.length);
  const { bytesRead } = await file.read(page, 0, META.length, offset);
  if (bytesRead < META.length || page.readUInt32LE(META.magic) !== MAGIC) return undefined;
  return {
    pageSize: page.readUInt32LE(META.pageSize),
    lastPage: Number(page.readBigUInt64LE(META.lastPage)),
    transaction: page.readBigUInt64LE(META.transaction),
  };
}

function damaged(what: string, cause?: unknown): SwitchboardError {
  const remedy = 'restore the data folder from a backup, or point DATA_DIR elsewhere';
  return new SwitchboardError('store_damaged', `${what}: ${remedy}.`, { cause });
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'unknown reason';
}

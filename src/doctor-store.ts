import { statfs } from 'node:fs/promises';
import type { Config } from './config.ts';
import { type Finding, isOurs } from './doctor-finding.ts';
import { describeCauses } from './log.ts';
import type { Store } from './store/documents.ts';
import { openStore } from './store/open.ts';

/** Bytes that should be free where the embedded store is. */
const FREE_WARN = 2 ** 30;
const FREE_FAIL = 2 ** 26;

/** The store of the settings, or what keeps it from being opened; `isTaken`: another process has it. */
export async function openedStore(config: Config): Promise<Store | (Finding & { isTaken: boolean })> {
  const { mongodbUri, databaseSuffix, dataDir } = config;
  try {
    return await openStore({ mongodbUri, databaseSuffix, dataDir, onUnindexed: 'warn' });
  } catch (error) {
    if (!isOurs(error)) throw error;
    const causes = describeCauses(error);
    return {
      level: 'fail',
      what: 'store',
      text: causes === '' ? error.message : `${error.message} (${causes})`,
      todo:
        mongodbUri === undefined
          ? 'Check DATA_DIR, its disk and its rights.'
          : 'Check MONGODB_URI and the server.',
      isTaken: error.code === 'store_locked',
    };
  }
}

export function taken({ dataDir }: Config): Finding {
  return { level: 'ok', what: 'store', text: `the running service has ${dataDir}` };
}

export async function lookAtStore(store: Store): Promise<Finding> {
  const what = 'store';
  try {
    await store.ping();
    await store.durable();
    const { schema } = await store.state();
    return { level: 'ok', what, text: `takes writes; its documents are of version ${schema}` };
  } catch (error) {
    if (!isOurs(error)) throw error;
    return { level: 'fail', what, text: error.message, todo: 'Check the disk, or the MongoDB server.' };
  }
}

export async function lookAtDisk(dataDir: string): Promise<Finding> {
  const what = 'disk';
  const { bavail, bsize } = await statfs(dataDir);
  const free = bavail * bsize;
  const text = `${(free / 2 ** 30).toFixed(1)} GiB are free where ${dataDir} is`;
  if (free >= FREE_WARN) return { level: 'ok', what, text };
  return {
    level: free < FREE_FAIL ? 'fail' : 'warn',
    what,
    text,
    todo: 'Make room: without it no text is taken in.',
  };
}

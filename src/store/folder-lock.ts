import { link, mkdtemp, rename, rm, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { SwitchboardError } from '../errors.ts';

/** Name of the socket in the data folder. */
const LOCK = 'lock';

/**
 * Takes a folder for this process alone: a socket that listens in it. The system closes it with the process, however
 * that dies, so a lock never has to be waited for or cleaned up by hand; and unlike a process id it means the same in
 * every container that mounts the folder.
 *
 * @throws SwitchboardError `store_locked` when a living process has it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK);
  const own = await mkdtemp(join(folder, 'locking-'));
  try {
    const server = await listen(join(own, LOCK));
    for (let tries = 0; tries < 10; tries++) {
      if (await placed(join(own, LOCK), path)) {
        return async () => {
          await unlink(path).catch(() => {});
          await new Promise<void>((resolve) => server.close(() => resolve()));
        };
      }
      if (await answers(path)) {
        server.close();
        throw new SwitchboardError('store_locked');
      }
      await clearDead(path, join(own, 'dead'));
    }
    server.close();
    throw new SwitchboardError('store_locked');
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/** `link` fails when the name is taken, so of two that try one is placed. */
async function placed(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Takes a dead socket away; one that came alive between the look and the taking is put back. */
async function clearDead(path: string, aside: string): Promise<void> {
  try {
    await rename(path, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  if (await answers(aside)) await link(aside, path).catch(() => {});
  await unlink(aside);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

import { createHash } from 'node:crypto';
import type { FileDoc, Store } from '../store/documents.ts';

type FileStore = Pick<Store, 'files' | 'fileChunks'>;

/** Bytes of a chunk before they become base64. */
const CHUNK = 192 * 1024;

/** Keeps a file under a link’s token. The chunks come first: a file that can be found is whole. */
export async function keepFile(
  store: FileStore,
  token: string,
  bytes: Buffer,
  file: Omit<FileDoc, '_id' | 'size' | 'chunks'>,
): Promise<FileDoc> {
  const _id = fileId(token);
  const { expiresAt } = file;
  const chunks = Math.ceil(bytes.length / CHUNK);
  for (let n = 0; n < chunks; n++) {
    const data = bytes.toString('base64', n * CHUNK, (n + 1) * CHUNK);
    await store.fileChunks.insertOne({ _id: chunkId(_id, n), data, expiresAt });
  }
  const kept = { _id, ...file, size: bytes.length, chunks };
  await store.files.insertOne(kept);
  return kept;
}

/** Null when there is none under this token, its time is over, or it is being taken away. */
export async function openFile(
  store: FileStore,
  token: string,
  now: number,
): Promise<{ file: FileDoc; bytes: Buffer } | null> {
  const file = await store.files.findOne({ _id: fileId(token) });
  if (file === null || file.expiresAt <= now) return null;
  const parts: Buffer[] = [];
  for (let n = 0; n < file.chunks; n++) {
    const chunk = await store.fileChunks.findOne({ _id: chunkId(file._id, n) });
    if (chunk === null) return null;
    parts.push(Buffer.from(chunk.data, 'base64'));
  }
  return { file, bytes: Buffer.concat(parts) };
}

/** The file goes last, so that what is cut off is done again. */
export async function removeFile(
  store: FileStore,
  { _id, chunks }: Pick<FileDoc, '_id' | 'chunks'>,
): Promise<void> {
  for (let n = 0; n < chunks; n++) await store.fileChunks.deleteOne({ _id: chunkId(_id, n) });
  await store.files.deleteOne({ _id });
}

function fileId(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function chunkId(file: string, n: number): string {
  return `${file}:${n}`;
}

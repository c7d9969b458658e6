import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/*
 * A journal file is frames in a row: a mark, the length of the payload, its CRC-32, the CRC-32 of these three (32 bits
 * each, little-endian), and the payload. Without the last one, a damaged length could reach over the end of the file:
 * all that follows would be taken for one torn frame and be left out.
 */
const HEADER = 16;
const MARK = 0x4c4a4253;

const NAME = /^journal\.(\d{9})$/;

/** A file of the journal does not hold what was written to it. */
export class DamagedJournal extends Error {}

/** The numbers of the journal files in a folder, in the order in which they were begun. */
export async function journalFiles(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names.flatMap((name) => NAME.exec(name)?.slice(1).map(Number) ?? []).sort((a, b) => a - b);
}

/** What a disk writes all of or nothing. */
const SECTOR = 512;

/**
 * The payloads of a file. One frame is on the disk before the next begins, so a last one that is torn was promised to
 * nobody and is left out; anywhere else, or where all of it was written and some of it is wrong, it is damage. One that
 * was promised and then lost its end cannot be told from one that was torn.
 *
 * @throws DamagedJournal
 */
export async function readJournalFile(folder: string, number: number): Promise<Buffer[]> {
  const bytes = await readFile(pathOf(folder, number));
  const payloads: Buffer[] = [];
  for (let at = 0; at + HEADER <= bytes.length; ) {
    const end = at + HEADER + bytes.readUInt32LE(at + 4);
    const payload = bytes.subarray(at + HEADER, end);
    const hasHeader = bytes.readUInt32LE(at) === MARK && bytes.readUInt32LE(at + 12) === headerCrc(bytes, at);
    if (!hasHeader || end > bytes.length || crc32(payload) !== bytes.readUInt32LE(at + 8)) {
      if (hasHeader ? isTorn(bytes, at + HEADER, end) : isEmpty(bytes.subarray(at + HEADER))) break;
      throw new DamagedJournal(`journal file ${number} at byte ${at}`);
    }
    payloads.push(payload);
    at = end;
  }
  return payloads;
}

function headerCrc(bytes: Buffer, at: number): number {
  return crc32(bytes.subarray(at, at + 12));
}

/** Whether a payload that is not what it was to be is the last one, and was not written to its end or in all sectors. */
function isTorn(bytes: Buffer, from: number, end: number): boolean {
  if (end !== bytes.length) return end > bytes.length;
  if (bytes[end - 1] === 0) return true;
  for (let sector = Math.ceil(from / SECTOR) * SECTOR; sector + SECTOR <= end; sector += SECTOR) {
    if (isEmpty(bytes.subarray(sector, sector + SECTOR))) return true;
  }
  return false;
}

/** As bytes are that a file was made longer for, but that were not written. */
function isEmpty(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

/**
 * Deletes the files that were begun before `number`, the oldest first: an old one that outlived a later one would bring
 * back, at the next opening, what the later one had changed.
 */
export async function deleteJournalFiles(folder: string, before: number): Promise<void> {
  for (const number of await journalFiles(folder)) if (number < before) await unlink(pathOf(folder, number));
}

export function frameOf(payload: Buffer): Buffer {
  const header = Buffer.allocUnsafe(HEADER);
  header.writeUInt32LE(MARK, 0);
  header.writeUInt32LE(payload.length, 4);
  header.writeUInt32LE(crc32(payload), 8);
  header.writeUInt32LE(headerCrc(header, 0), 12);
  return Buffer.concat([header, payload]);
}

/** A journal file that is written to. */
export class JournalFile {
  readonly #file: FileHandle;
  /** Bytes that are on the disk. */
  #length = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async begin(folder: string, number: number): Promise<JournalFile> {
    // Every write waits for the disk, as `fdatasync` after it would, in one call instead of two.
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_DSYNC;
    const file = await open(pathOf(folder, number), flags, 0o600);
    try {
      await syncFolder(folder); // or a power cut could take the file with all that is in it
    } catch (error) {
      await file.close();
      throw error;
    }
    return new JournalFile(file);
  }

  /** Resolves once the frame is on the disk. After a failure, the same frame has to come again. */
  async append(frame: Buffer): Promise<void> {
    for (let done = 0; done < frame.length; ) {
      const { bytesWritten } = await this.#file.write(frame, done, frame.length - done, this.#length + done);
      done += bytesWritten;
    }
    this.#length += frame.length;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function pathOf(folder: string, number: number): string {
  return join(folder, `journal.${String(number).padStart(9, '0')}`);
}

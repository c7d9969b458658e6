import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/*
 * A journal file is frames in a row: a mark, the length of the payload, its CRC-32 (32 bits each, little-endian), and
 * the payload.
 */
const HEADER = 12;
const MARK = 0x4c4a4253;

const NAME = /^journal\.(\d{9})$/;

/** A file of the journal does not hold what was written to it. */
export class DamagedJournal extends Error {}

/** The numbers of the journal files in a folder, in the order in which they were begun. */
export async function journalFiles(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names.flatMap((name) => NAME.exec(name)?.slice(1).map(Number) ?? []).sort((a, b) => a - b);
}

/**
 * The payloads of a file. One frame is on the disk before the next begins, so a last one that is torn was promised to
 * nobody and is left out; anywhere else it is damage.
 *
 * @throws DamagedJournal
 */
export async function readJournalFile(folder: string, number: number): Promise<Buffer[]> {
  const bytes = await readFile(pathOf(folder, number));
  const payloads: Buffer[] = [];
  for (let at = 0; at + HEADER <= bytes.length; ) {
    const end = at + HEADER + bytes.readUInt32LE(at + 4);
    const payload = bytes.subarray(at + HEADER, end);
    if (
      bytes.readUInt32LE(at) !== MARK ||
      end > bytes.length ||
      crc32(payload) !== bytes.readUInt32LE(at + 8)
    ) {
      if (isLast(bytes, at, end)) break;
      throw new DamagedJournal(`journal file ${number} at byte ${at}`);
    }
    payloads.push(payload);
    at = end;
  }
  return payloads;
}

/** A frame that says it reaches to the end of the file, or one of which not even the header was written. */
function isLast(bytes: Buffer, at: number, end: number): boolean {
  return bytes.readUInt32LE(at) === MARK
    ? end >= bytes.length
    : bytes.subarray(at).every((byte) => byte === 0);
}

/** Deletes the files that were begun before `number`. */
export async function deleteJournalFiles(folder: string, before: number): Promise<void> {
  for (const number of await journalFiles(folder)) if (number < before) await unlink(pathOf(folder, number));
}

export function frameOf(payload: Buffer): Buffer {
  const header = Buffer.allocUnsafe(HEADER);
  header.writeUInt32LE(MARK, 0);
  header.writeUInt32LE(payload.length, 4);
  header.writeUInt32LE(crc32(payload), 8);
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
    const directory = await open(folder, 'r');
    try {
      await directory.sync(); // or a power cut could take the file with all that is in it
    } finally {
      await directory.close();
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

function pathOf(folder: string, number: number): string {
  return join(folder, `journal.${String(number).padStart(9, '0')}`);
}

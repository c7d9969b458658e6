import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  DamagedJournal,
  deleteJournalFiles,
  frameOf,
  JournalFile,
  journalFiles,
  readJournalFile,
} from '../../src/store/journal-file.ts';
import { rejection } from '../support/rejection.ts';
import { temporaryFolder } from '../support/stores.ts';
import { openFiles } from './open-files.ts';

describe('a journal file', () => {
  let folder: string;
  const path = (number: number) => join(folder, `journal.${String(number).padStart(9, '0')}`);

  beforeEach(async () => {
    folder = await temporaryFolder();
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  async function write(number: number, payloads: readonly Buffer[]): Promise<Buffer> {
    const file = await JournalFile.begin(folder, number);
    for (const payload of payloads) await file.append(frameOf(payload));
    await file.close();
    return readFileSync(path(number));
  }

  /** What is read of it, or 'damaged'. */
  async function outcome(): Promise<Buffer[] | 'damaged'> {
    try {
      return await readJournalFile(folder, 1);
    } catch (error) {
      expect(error).to.be.instanceOf(DamagedJournal);
      return 'damaged';
    }
  }

  const payload = fc
    .oneof(
      fc.uint8Array({ maxLength: 60 }),
      // A frame as a payload: what is in one is not to be taken for the next.
      fc.uint8Array({ maxLength: 20 }).map((inner) => frameOf(Buffer.from(inner))),
      fc.nat(60).map((length) => new Uint8Array(length)),
    )
    .map((bytes) => Buffer.from(bytes));
  const payloads = fc.array(payload, { minLength: 1, maxLength: 5 });

  it('gives back what was appended to it, in order, also what is empty', async () => {
    await fc.assert(
      fc.asyncProperty(payloads, async (written) => {
        await write(1, written);
        expect(await outcome()).to.deep.equal(written);
      }),
      { numRuns: 50 },
    );
  });

  it('is one write of a frame after another, each to its end, that only its owner can read', async () => {
    const frames = ['one', 'two', ''].map((text) => frameOf(Buffer.from(text)));
    const bytes = await write(1, [Buffer.from('one'), Buffer.from('two'), Buffer.alloc(0)]);
    expect(bytes).to.deep.equal(Buffer.concat(frames));
    expect(statSync(path(1)).mode & 0o777).to.equal(0o600);
  });

  it('begins anew where an empty one was left', async () => {
    writeFileSync(path(1), frameOf(Buffer.from('left by nobody')));
    await write(1, [Buffer.from('x')]);
    expect(await outcome()).to.deep.equal([Buffer.from('x')]);
  });

  it('may be cut short at any byte of its last frame: that one is left out, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(payloads, async (written) => {
        const bytes = await write(1, written);
        const whole = written.slice(0, -1);
        const from = bytes.length - frameOf(written.at(-1)!).length;
        for (let length = from; length < bytes.length; length++) {
          writeFileSync(path(1), bytes.subarray(0, length));
          expect(await outcome(), `cut to ${length} of ${bytes.length}`).to.deep.equal(whole);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('may end in zeros that its last frame was to replace', async () => {
    const written = ['one', 'two', 'the third'].map((text) => Buffer.from(text));
    const bytes = await write(1, written);
    const from = bytes.length - frameOf(written.at(-1)!).length;
    for (let length = from; length < bytes.length; length++) {
      writeFileSync(path(1), Buffer.concat([bytes.subarray(0, length), Buffer.alloc(bytes.length - length)]));
      expect(await outcome(), `written to ${length} of ${bytes.length}`).to.deep.equal(written.slice(0, -1));
    }
    writeFileSync(path(1), Buffer.concat([bytes, Buffer.alloc(4096)]));
    expect(await outcome()).to.deep.equal(written);
  });

  it('may lack any sector of its last frame: the disk writes them in its own order', async () => {
    const written = [Buffer.from('one'), Buffer.alloc(3000, 'x')];
    const bytes = await write(1, written);
    for (let sector = 512; sector < bytes.length; sector += 512) {
      writeFileSync(path(1), Buffer.from(bytes).fill(0, sector, Math.min(sector + 512, bytes.length)));
      expect(await outcome(), `without ${sector}`).to.deep.equal([written[0]]);
      if (sector + 100 > bytes.length) continue;
      writeFileSync(path(1), Buffer.from(bytes).fill(0, sector - 1, sector + 100));
      expect(await outcome(), 'part of one').to.equal('damaged');
    }
  });

  it('is damaged when any bit is another, also in its last frame', async () => {
    const written = ['one', 'two', 'the third'].map((text) => Buffer.from(text));
    const bytes = await write(1, written);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const other = Buffer.from(bytes);
      other[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(path(1), other);
      expect(await outcome(), `bit ${bit}`).to.equal('damaged');
    }
  });

  it('never gives back what was not written, whatever bytes are other ones', async () => {
    const overwritten = fc.record({ at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }) });
    await fc.assert(
      fc.asyncProperty(payloads, overwritten, async (written, { at, bytes: others }) => {
        const bytes = await write(1, written);
        bytes.set(others.slice(0, bytes.length - (at % bytes.length)), at % bytes.length);
        writeFileSync(path(1), bytes);
        const read = await outcome();
        if (read !== 'damaged') expect(read).to.deep.equal(written.slice(0, read.length));
      }),
      { numRuns: 200 },
    );
  });

  it('says which file is damaged and where, and nothing of what is in it', async () => {
    const bytes = await write(7, [Buffer.from('one'), Buffer.from('a secret'), Buffer.from('three')]);
    const at = frameOf(Buffer.from('one')).length;
    bytes[at + 20]! ^= 1;
    writeFileSync(path(7), bytes);
    const error = await rejection(readJournalFile(folder, 7));
    expect(String(error)).to.include('7').and.include(String(at)).and.not.include('secret');
  });

  it('is found among other files by its number, the oldest first', async () => {
    for (const number of [10, 2, 123_456_789, 1]) await write(number, []);
    for (const name of ['journal.1', 'journal.0000000001', 'journal.000000003.bak', 'xjournal.000000004']) {
      writeFileSync(join(folder, name), '');
    }
    expect(await journalFiles(folder)).to.deep.equal([1, 2, 10, 123_456_789]);
  });

  it('is deleted with those before it, and not with those from it on', async () => {
    for (const number of [1, 2, 3, 11]) await write(number, []);
    writeFileSync(join(folder, 'data.mdb'), '');
    await deleteJournalFiles(folder, 3);
    expect(readdirSync(folder).sort()).to.deep.equal(['data.mdb', 'journal.000000003', 'journal.000000011']);
  });

  it('is not deleted before an older one is', async () => {
    await write(1, []);
    mkdirSync(path(2)); // cannot be unlinked
    await write(3, []);
    expect(await rejection(deleteJournalFiles(folder, 9))).to.have.property('syscall', 'unlink');
    expect(await journalFiles(folder)).to.deep.equal([2, 3]);
  });

  it('is not left open when the folder cannot be synced', async () => {
    // Every place for an open file is taken but one: that is the file's, and the folder's fails. Enough are taken for
    // the run of `prlimit` that sets the limit back, once they are closed.
    const limit = (...args: string[]) =>
      execFileSync('prlimit', ['--pid', String(process.pid), ...args], { encoding: 'utf8' });
    const before = limit('--nofile', '-o', 'SOFT', '--noheadings').trim();
    const highest = Math.max(...readdirSync('/proc/self/fd').map(Number));
    const taken = [openSync('/dev/null', 'r')];
    while (taken.at(-1)! <= highest + 50) taken.push(openSync('/dev/null', 'r'));
    limit(`--nofile=${taken.at(-1)! + 2}:`);
    const begun = await rejection(JournalFile.begin(folder, 1));
    for (const fd of taken) closeSync(fd);
    limit(`--nofile=${before}:`);
    expect(begun).to.include({ code: 'EMFILE', path: folder });
    expect(openFiles(folder)).to.deep.equal([]);
  });

  describe('on a full disk', () => {
    const limitFiles = (bytes: number | 'unlimited') =>
      execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);

    afterEach(() => limitFiles('unlimited'));

    it('keeps its place: the same frame goes there when there is room again', async () => {
      const file = await JournalFile.begin(folder, 1);
      const first = Buffer.alloc(100, 'a');
      const second = Buffer.alloc(5000, 'b');
      await file.append(frameOf(first));
      limitFiles(2000);
      for (let attempt = 1; attempt <= 3; attempt++) {
        expect(await rejection(file.append(frameOf(second)))).to.have.property('code', 'EFBIG');
        expect(await outcome(), 'torn').to.deep.equal([first]);
      }
      expect(statSync(path(1)).size, 'it was cut short').to.equal(2000);
      limitFiles('unlimited');
      await file.append(frameOf(second));
      await file.append(frameOf(first));
      await file.close();
      expect(await outcome()).to.deep.equal([first, second, first]);
    });
  });
});

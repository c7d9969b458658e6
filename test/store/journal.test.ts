import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import sinon from 'sinon';
import { Journal } from '../../src/store/journal.ts';
import { DamagedJournal, frameOf, JournalFile, readJournalFile } from '../../src/store/journal-file.ts';
import { rejection } from '../support/rejection.ts';
import { temporaryFolder } from '../support/stores.ts';
import { openFiles } from './open-files.ts';

/** A write of the journal's that has begun, as the disk sees it. */
interface Begun {
  frame: Buffer;
  take(): Promise<void>;
  refuse(): void;
}

const FULL = new Error('no space');

describe('the journal', () => {
  let folder: string;
  let journal: Journal;
  /** What was changed and is not taken yet. Each change is a letter. */
  let changed: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    changed = '';
    journal = open();
  });

  afterEach(async () => {
    sinon.restore();
    await journal.close();
    expect(openFiles(folder)).to.deep.equal([]);
    rmSync(folder, { recursive: true });
  });

  function open(): Journal {
    return new Journal({
      folder,
      isBehind: () => changed !== '',
      take: () => {
        const taken = changed === '' ? null : Buffer.from(changed);
        changed = '';
        return taken;
      },
    });
  }

  const files = () => readdirSync(folder).filter((name) => name.startsWith('journal.'));

  /** The payloads of each file. */
  async function written(): Promise<string[][]> {
    const all: string[][] = [];
    for (const name of files()) {
      const payloads = await readJournalFile(folder, Number(name.slice(8)));
      all.push(payloads.map(String));
    }
    return all;
  }

  /** What is in the whole frames of a file, read without letting anything else happen. */
  function writtenNow(name: string): string {
    const bytes = readFileSync(join(folder, name));
    let text = '';
    for (let at = 0; at + 16 <= bytes.length; ) {
      const end = at + 16 + bytes.readUInt32LE(at + 4);
      if (end <= bytes.length) text += bytes.toString('utf8', at + 16, end);
      at = end;
    }
    return text;
  }

  async function replayed(of = folder): Promise<string[]> {
    const payloads: string[] = [];
    const other = new Journal({ folder: of, isBehind: () => false, take: () => null });
    await other.replay((payload) => payloads.push(String(payload)));
    return payloads;
  }

  /** Has the disk take each frame only when the test says so. */
  function slowDisk(): { begun: Begun[]; next(): Promise<Begun> } {
    const begun: Begun[] = [];
    let arrived = () => {};
    const original = JournalFile.prototype.append;
    sinon.stub(JournalFile.prototype, 'append').callsFake(function (this: JournalFile, frame) {
      return new Promise((resolve, reject) => {
        begun.push({
          frame,
          take: () => original.call(this, frame).then(resolve, reject),
          refuse: () => reject(FULL),
        });
        arrived();
      });
    });
    let seen = 0;
    return {
      begun,
      async next() {
        while (begun.length === seen) await new Promise<void>((resolve) => (arrived = resolve));
        return begun[seen++]!;
      },
    };
  }

  /** Lets all happen that does not wait for the disk. */
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Whether a promise has ended, and how. */
  function watch(promise: Promise<unknown>): { state: string } {
    const watched = { state: 'waiting' };
    promise.then(
      () => (watched.state = 'done'),
      () => (watched.state = 'failed'),
    );
    return watched;
  }

  describe('durable', () => {
    it('writes nothing where nothing was changed, not even a file', async () => {
      await journal.durable();
      expect(files()).to.deep.equal([]);
    });

    it('shares one frame among all that wait in the same turn, and what is changed in it', async () => {
      changed += 'a';
      const first = journal.durable();
      changed += 'b';
      const second = journal.durable();
      await Promise.resolve().then(() => (changed += 'c'));
      await Promise.all([first, second, journal.durable()]);
      expect(await written()).to.deep.equal([['abc']]);
    });

    it('resolves once the frame is on the disk, and not before', async () => {
      const disk = slowDisk();
      changed += 'a';
      const waiting = watch(journal.durable());
      const frame = await disk.next();
      await settle();
      expect(waiting.state).to.equal('waiting');
      await frame.take();
      await settle();
      expect(waiting.state).to.equal('done');
    });

    it('has one frame in flight at a time: who comes meanwhile shares the next', async () => {
      const disk = slowDisk();
      changed += 'a';
      const early = watch(journal.durable());
      const first = await disk.next();
      changed += 'b';
      const late = watch(journal.durable());
      changed += 'c';
      const later = watch(journal.durable());
      await settle();
      expect(disk.begun).to.have.length(1);
      await first.take();
      const second = await disk.next();
      await settle();
      expect([early.state, late.state, later.state]).to.deep.equal(['done', 'waiting', 'waiting']);
      await second.take();
      await settle();
      expect([late.state, later.state]).to.deep.equal(['done', 'done']);
      expect(await written()).to.deep.equal([['a', 'bc']]);
    });

    it('waits for a frame in flight that holds what was changed before, where nothing was since', async () => {
      const disk = slowDisk();
      changed += 'a';
      const first = watch(journal.durable());
      const frame = await disk.next();
      const second = watch(journal.durable());
      await settle();
      expect(second.state).to.equal('waiting');
      await frame.take();
      await settle();
      expect([first.state, second.state]).to.deep.equal(['done', 'done']);
      expect(disk.begun, 'no empty frame').to.have.length(1);
    });
  });

  describe('probe', () => {
    it('writes a frame also where nothing was changed, and shares one where something was', async () => {
      await journal.probe();
      changed += 'a';
      await Promise.all([journal.probe(), journal.durable(), journal.probe()]);
      expect(await written()).to.deep.equal([['', 'a']]);
    });

    it('rejects with what the disk answers, and leaves nothing in the way of the next', async () => {
      const disk = slowDisk();
      const probe = journal.probe();
      (await disk.next()).refuse();
      expect(await rejection(probe)).to.equal(FULL);
      expect(journal.hasFailed).to.equal(true);
      const again = journal.probe();
      await (await disk.next()).take();
      await (await disk.next()).take();
      await again;
      expect(journal.hasFailed).to.equal(false);
    });
  });

  describe('whose disk refuses a frame', () => {
    it('rejects those who wait for it, and keeps it: it is written first, later changes after it', async () => {
      const disk = slowDisk();
      changed += 'a';
      const first = [journal.durable(), journal.durable()];
      const refused = await disk.next();
      changed += 'b';
      const second = journal.durable();
      refused.refuse();
      for (const waiting of first) expect(await rejection(waiting)).to.equal(FULL);
      const kept = await disk.next();
      expect(kept.frame).to.equal(refused.frame);
      expect(changed, 'is not taken before').to.equal('b');
      kept.refuse();
      expect(await rejection(second)).to.equal(FULL);
      expect(journal.hasFailed).to.equal(true);

      changed += 'c';
      const third = watch(journal.durable());
      const again = await disk.next();
      expect(again.frame).to.equal(refused.frame);
      await again.take();
      const rest = await disk.next();
      await settle();
      expect(third.state, 'has what was kept on the disk, not yet its own').to.equal('waiting');
      await rest.take();
      await settle();
      expect(third.state).to.equal('done');
      expect(journal.hasFailed).to.equal(false);
      expect(await written()).to.deep.equal([['a', 'bc']]);
    });

    it('does not call durable what is in the frame that is kept, though nothing was changed since', async () => {
      const disk = slowDisk();
      changed += 'a';
      const first = journal.durable();
      (await disk.next()).refuse();
      await rejection(first);
      const second = journal.durable();
      (await disk.next()).refuse();
      expect(await rejection(second)).to.equal(FULL);
    });

    it('tries no more while nobody waits', async () => {
      const disk = slowDisk();
      changed += 'a';
      const first = journal.durable();
      (await disk.next()).refuse();
      await rejection(first);
      await settle();
      expect(disk.begun).to.have.length(1);
    });

    it('keeps the frame also when the file cannot be begun', async () => {
      const begin = sinon.stub(JournalFile, 'begin').rejects(FULL);
      changed += 'a';
      expect(await rejection(journal.durable())).to.equal(FULL);
      changed += 'b';
      expect(await rejection(journal.durable())).to.equal(FULL);
      begin.restore();
      await journal.durable();
      expect(await written()).to.deep.equal([['a', 'b']]);
    });

    it('has whole frames in order after a real disk was full now and then', async () => {
      const limitFiles = (bytes: number | 'unlimited') =>
        execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
      const letters = 'abcdefghij';
      let refused = 0;
      try {
        for (const [i, letter] of [...letters].entries()) {
          limitFiles(i % 3 === 2 ? 'unlimited' : 1000 * i + 20);
          changed += letter.repeat(1000);
          await journal.durable().catch(() => refused++);
        }
      } finally {
        limitFiles('unlimited');
      }
      await journal.durable();
      expect(refused).to.be.greaterThan(3);
      expect((await replayed()).join('')).to.equal(
        [...letters].map((letter) => letter.repeat(1000)).join(''),
      );
    });
  });

  it('knows how many bytes it holds, also those that it was found with, until their files are deleted', async () => {
    const letters = async (count: number) => {
      changed += 'x'.repeat(count);
      await journal.durable();
    };
    await letters(1000);
    await letters(500);
    expect(journal.bytes).to.be.within(1500, 1600);
    await journal.close();
    journal = open();
    await journal.replay(() => {});
    expect(journal.bytes).to.be.within(1500, 1600);
    const drop = await journal.cut(() => {});
    await letters(100);
    expect(journal.bytes).to.be.within(1600, 1700);
    await drop();
    expect(journal.bytes).to.be.within(100, 200);
    await (await journal.cut(() => {}))();
    expect(journal.bytes).to.equal(0);
  });

  it('keeps a frame whose snapshot fails, and writes it before what comes later', async () => {
    const broken = new Error('broken');
    changed += 'a';
    const cut = journal.cut(() => {
      throw broken;
    });
    expect(await rejection(cut)).to.equal(broken);
    changed += 'b';
    await journal.durable();
    expect(await written()).to.deep.equal([['a', 'b']]);
  });

  describe('cut', () => {
    it('has the files before hold what was changed until the snapshot, and the next one what is after', async () => {
      changed += 'a';
      await journal.durable();
      changed += 'b';
      let snapshot = '';
      const cut = journal.cut(() => {
        snapshot = `to be taken: "${changed}"`;
        changed += 'd'; // in the same moment, but after it
      });
      changed += 'c';
      const drop = await cut;
      await journal.durable();
      expect(snapshot).to.equal('to be taken: ""');
      expect(await written()).to.deep.equal([['a', 'bc'], ['d']]);
      await drop();
      expect(await written()).to.deep.equal([['d']]);
    });

    it('counts what is changed while a frame is in flight among what is before', async () => {
      const disk = slowDisk();
      changed += 'a';
      const early = journal.durable();
      const first = await disk.next();
      changed += 'b';
      const snapshot = sinon.spy();
      const cut = journal.cut(snapshot);
      changed += 'c';
      await settle();
      expect(snapshot.called, 'not while a frame is in flight').to.equal(false);
      await first.take();
      await early;
      const second = await disk.next();
      expect(snapshot.calledOnce).to.equal(true);
      changed += 'd';
      const late = journal.durable();
      const ended = watch(cut);
      await settle();
      expect(ended.state, 'the files do not hold it yet').to.equal('waiting');
      await second.take();
      const drop = await cut;
      await (await disk.next()).take();
      await late;
      expect(await written()).to.deep.equal([['a', 'bc'], ['d']]);
      await drop();
      expect(await written()).to.deep.equal([['d']]);
    });

    it('rejects when the disk refuses; the frame stays in the file before, and a later cut has it there', async () => {
      const disk = slowDisk();
      changed += 'a';
      const cut = journal.cut(() => {});
      (await disk.next()).refuse();
      expect(await rejection(cut)).to.equal(FULL);
      changed += 'b';
      const again = journal.cut(() => {});
      await (await disk.next()).take();
      await (await disk.next()).take();
      const drop = await again;
      changed += 'c';
      const durable = journal.durable();
      await (await disk.next()).take();
      await durable;
      expect(await written()).to.deep.equal([['a', 'b'], ['c']]);
      await drop();
      expect(await written()).to.deep.equal([['c']]);
    });

    it('goes on in another file also when the one before cannot be closed', async () => {
      changed += 'a';
      await journal.durable();
      const close = sinon.stub(JournalFile.prototype, 'close').callsFake(async function (this: JournalFile) {
        await close.wrappedMethod.call(this);
        throw FULL;
      });
      expect(await rejection(journal.cut(() => {}))).to.equal(FULL);
      close.restore();
      changed += 'b';
      await journal.durable();
      expect(await written()).to.deep.equal([['a'], ['b']]);
      await (await journal.cut(() => {}))();
      expect(files()).to.deep.equal([]);
    });

    it('of nothing makes no file, and what deletes those before leaves others alone', async () => {
      const drop = await journal.cut(() => {});
      expect(files()).to.deep.equal([]);
      changed += 'a';
      await journal.durable();
      await drop();
      expect(await written()).to.deep.equal([['a']]);
    });

    it('that nobody drops keeps its files for the next one that does', async () => {
      for (const letter of 'abc') {
        changed += letter;
        await journal.cut(() => {});
      }
      changed += 'd';
      const drop = await journal.cut(() => {});
      expect(await written()).to.deep.equal([['a'], ['b'], ['c'], ['d']]);
      await drop();
      expect(files()).to.deep.equal([]);
    });

    it('keeps order and loses nothing, whatever changes, waits and fails when', async function () {
      this.timeout(60_000);
      const step = fc.constantFrom('change', 'durable', 'probe', 'cut', 'take', 'take', 'refuse', 'settle');
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          const disk = slowDisk();
          const state = { all: '', dropped: '', taken: 0, isCutting: false };
          /** What each file held when it was last seen. */
          const seen = new Map<string, string>();
          const work: Promise<unknown>[] = [];
          /** All that was ever on the disk, looked at in one moment: were it waited for, files would go meanwhile. */
          const onDisk = () => {
            for (const name of files()) seen.set(name, writtenNow(name));
            return [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).reduce((text, [, more]) => text + more, '');
          };
          /** What was dropped and what is there, while nothing is being deleted. */
          const kept = () => state.dropped + files().map(writtenNow).join('');
          // What was changed before a promise that is kept is on the disk.
          const wait = (promise: Promise<unknown>) => {
            const { all } = state;
            const check = () =>
              expect(onDisk().startsWith(all), `${onDisk()} has all of ${all}`).to.equal(true);
            work.push(promise.then(check, (error) => expect(error).to.equal(FULL)));
          };
          const cut = async () => {
            state.isCutting = true;
            let before = '';
            try {
              const drop = await journal.cut(() => (before = state.all));
              expect(onDisk().startsWith(before), `${onDisk()} has all of ${before}`).to.equal(true);
              await settle(); // others go on in the next file
              await drop();
              state.dropped = before;
              expect(state.all.startsWith(kept()), `nothing before is left: ${kept()}`).to.equal(true);
            } finally {
              state.isCutting = false;
            }
          };
          const answer = async (how: 'take' | 'refuse') => {
            const frame = disk.begun[state.taken];
            if (frame === undefined) return;
            state.taken++;
            await frame[how]();
          };
          const act: { [step: string]: () => unknown } = {
            change: () => {
              const letter = String.fromCharCode(97 + (state.all.length % 26));
              state.all += letter;
              changed += letter;
            },
            durable: () => wait(journal.durable()),
            probe: () => wait(journal.probe()),
            cut: () => state.isCutting || work.push(cut().catch((error) => expect(error).to.equal(FULL))),
            take: () => answer('take'),
            refuse: () => answer('refuse'),
            settle: () => settle(),
          };
          for (const step of steps) {
            await act[step]!();
            await new Promise((resolve) => setImmediate(resolve));
          }
          const end = watch(Promise.all(work));
          const last = watch(journal.durable());
          while (end.state === 'waiting' || last.state === 'waiting') {
            await answer('take');
            await settle();
          }
          await Promise.all(work);
          expect(last.state).to.equal('done');
          expect(kept()).to.equal(state.all);
          sinon.restore();
          await (await journal.cut(() => {}))();
        }),
        // What fails leaves the journal as it is then: a smaller case could not be told by it.
        { numRuns: 150, endOnFailure: true },
      );
    });
  });

  describe('replay', () => {
    it('hands over nothing where nothing is', async () => {
      expect(await replayed()).to.deep.equal([]);
    });

    it('hands over the frames of all files in order, and goes on after the last', async () => {
      changed += 'a';
      await journal.durable();
      changed += 'b';
      await journal.cut(() => {});
      changed += 'c';
      await journal.durable();
      await journal.close();
      const before = readFileSync(join(folder, 'journal.000000002'));

      journal = open();
      const payloads: string[] = [];
      await journal.replay((payload) => payloads.push(String(payload)));
      expect(payloads).to.deep.equal(['a', 'b', 'c']);
      changed += 'd';
      await journal.durable();
      expect(readFileSync(join(folder, 'journal.000000002'))).to.deep.equal(before);
      expect(await written()).to.deep.equal([['a', 'b'], ['c'], ['d']]);
      await (await journal.cut(() => {}))();
      expect(files()).to.deep.equal([]);
    });

    it('hands over the same after it was interrupted and begun again', async () => {
      for (const letter of 'abc') {
        changed += letter;
        await journal.cut(() => {});
      }
      const broken = open();
      const stopped = new Error('stopped');
      const stopAt = (payload: Buffer) => {
        if (String(payload) === 'b') throw stopped;
      };
      expect(await rejection(broken.replay(stopAt))).to.equal(stopped);
      expect(await replayed()).to.deep.equal(['a', 'b', 'c']);
      expect(await replayed()).to.deep.equal(['a', 'b', 'c']);
    });

    it('leaves out a torn frame at the end of any file: a process died there, and another went on', async () => {
      for (const letter of 'ab') {
        changed += letter;
        await journal.durable();
        changed += `lost ${letter}`;
        await journal.cut(() => {});
      }
      for (const name of files()) {
        const bytes = readFileSync(join(folder, name));
        writeFileSync(join(folder, name), bytes.subarray(0, -1));
      }
      expect(await replayed()).to.deep.equal(['a', 'b']);
    });

    it('refuses what has a file missing between two, and takes what has the first ones deleted', async () => {
      for (const letter of 'abc') {
        changed += letter;
        await journal.cut(() => {});
      }
      rmSync(join(folder, 'journal.000000001'));
      expect(await replayed()).to.deep.equal(['b', 'c']);
      cpSync(join(folder, 'journal.000000003'), join(folder, 'journal.000000004'));
      rmSync(join(folder, 'journal.000000003'));
      const error = await rejection(replayed());
      expect(error).to.be.instanceOf(DamagedJournal);
      expect(String(error)).to.include('3');
    });

    it('refuses files that do not go with the number that LMDB expects', async () => {
      for (const letter of 'abc') {
        changed += letter;
        await journal.cut(() => {});
      }
      rmSync(join(folder, 'journal.000000001'));
      const from = async (expected: number) => {
        const payloads: string[] = [];
        const other = new Journal({ folder, isBehind: () => false, take: () => null });
        await other.replay((payload) => payloads.push(String(payload)), expected);
        return [payloads.join(''), other.number];
      };
      expect(await from(2), 'all that LMDB has not').to.deep.equal(['bc', 4]);
      expect(await from(3), 'one that was not deleted yet').to.deep.equal(['bc', 4]);
      expect(await from(4), 'which LMDB has, and none since').to.deep.equal(['bc', 4]);
      for (const expected of [1, 5]) {
        expect(await rejection(from(expected)), `${expected}`).to.be.instanceOf(DamagedJournal);
      }
      for (const name of files()) rmSync(join(folder, name));
      expect(await from(5), 'none since').to.deep.equal(['', 5]);
    });

    it('finds no number left out, whatever was refused, cut with nothing, or could not be closed', async () => {
      const begin = sinon.stub(JournalFile, 'begin').rejects(FULL);
      changed += 'a';
      expect(await rejection(journal.cut(() => {}))).to.equal(FULL);
      begin.restore();
      const { close } = JournalFile.prototype;
      const closing = sinon.stub(JournalFile.prototype, 'close').callsFake(async function (
        this: JournalFile,
      ) {
        await close.call(this);
        throw FULL;
      });
      for (const letter of 'bcd') {
        changed += letter;
        expect(await rejection(journal.cut(() => {}))).to.equal(FULL);
        await journal.cut(() => {});
      }
      closing.restore();
      changed += 'e';
      await journal.durable();
      expect(await replayed()).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
      expect(files()).to.have.length(4);
    });

    it('refuses a file that is damaged, and changes none', async () => {
      changed += 'first';
      await journal.durable();
      changed += 'second';
      await journal.durable();
      const path = join(folder, 'journal.000000001');
      const bytes = readFileSync(path);
      bytes[frameOf(Buffer.from('first')).length - 1]! ^= 1;
      writeFileSync(path, bytes);
      expect(await rejection(replayed())).to.be.instanceOf(DamagedJournal);
      expect(files()).to.deep.equal(['journal.000000001']);
      expect(readFileSync(path)).to.deep.equal(bytes);
    });
  });

  describe('close', () => {
    it('finishes what is in hand', async () => {
      changed += 'a';
      const durable = watch(journal.durable());
      await journal.close();
      expect(durable.state).to.equal('done');
      const copy = await temporaryFolder();
      cpSync(folder, copy, { recursive: true });
      expect(await replayed(copy)).to.deep.equal(['a']);
      rmSync(copy, { recursive: true });
    });

    it('waits for a frame in flight and for who came after it', async () => {
      const disk = slowDisk();
      changed += 'a';
      const first = watch(journal.durable());
      const frame = await disk.next();
      changed += 'b';
      const second = watch(journal.durable());
      const closing = journal.close();
      const closed = watch(closing);
      await settle();
      expect(closed.state).to.equal('waiting');
      await frame.take();
      await (await disk.next()).take();
      await closing;
      expect([first.state, second.state]).to.deep.equal(['done', 'done']);
    });

    it('ends also when the disk refuses', async () => {
      sinon.stub(JournalFile.prototype, 'append').rejects(FULL);
      changed += 'a';
      const durable = rejection(journal.durable());
      await journal.close();
      expect(await durable).to.equal(FULL);
    });
  });
});

import { readdirSync, rmSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import sinon from 'sinon';
import { Checkpoint, type Movable } from '../../src/store/checkpoint.ts';
import { Journal } from '../../src/store/journal.ts';
import { JournalFile } from '../../src/store/journal-file.ts';
import { Memtable, type Moving } from '../../src/store/memtable.ts';
import { rejection } from '../support/rejection.ts';
import { temporaryFolder } from '../support/stores.ts';

const REFUSED = new Error('no space');

/** A collection whose moves the test lets go, one after the other. */
class Slow implements Movable {
  readonly recent = new Memtable(0);
  readonly moves: { batch: readonly Moving[]; commit(): void; refuse(): void }[] = [];

  move(batch: readonly Moving[], also?: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const commit = () => {
        also?.();
        resolve();
      };
      this.moves.push({ batch, commit, refuse: () => reject(REFUSED) });
    });
  }

  change(id: string): void {
    this.recent.set(id, { _id: id }, [], []);
  }
}

describe('a checkpoint', () => {
  let clock: sinon.SinonFakeTimers;
  let folder: string;
  let collection: Slow;
  let journal: Journal;
  let failures: unknown[];
  /** Numbers of journal files that LMDB was told. */
  let kept: number[];
  let checkpoint: Checkpoint;

  beforeEach(async () => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    folder = await temporaryFolder();
    collection = new Slow();
    journal = new Journal({
      folder,
      isBehind: () => collection.recent.isUnwritten,
      take: () => {
        const taken = collection.recent.takeUnwritten();
        return taken.length === 0 ? null : Buffer.from(JSON.stringify(taken.map(([key]) => key)));
      },
    });
    failures = [];
    kept = [];
    checkpoint = new Checkpoint({
      collections: [collection],
      journal,
      keepNumber: async (number) => kept.push(number) > 0,
      many: 5,
      onFailure: (error) => failures.push(error),
    });
  });

  afterEach(async () => {
    const timers = clock.countTimers();
    clock.restore();
    sinon.restore();
    await journal.close();
    rmSync(folder, { recursive: true });
    expect(timers, 'timers that are left').to.equal(0);
  });

  const files = () => readdirSync(folder).sort();

  function change(...ids: string[]): void {
    for (const id of ids) {
      collection.change(id);
      checkpoint.note();
    }
  }

  async function until(isTrue: () => boolean): Promise<void> {
    const end = performance.now() + 5000;
    while (!isTrue()) {
      if (performance.now() > end) throw new Error(`It does not come true that ${isTrue}.`);
      await turn();
    }
  }

  /** The move with that number, once it has begun. */
  async function move(number: number) {
    await until(() => collection.moves.length >= number);
    return collection.moves[number - 1]!;
  }

  /** Lets all happen that waits for nothing but the disk: a cut that has begun has ended then. */
  async function settle(): Promise<void> {
    await turn();
    await turn();
    await journal.durable();
    for (let turns = 0; turns < 20; turns++) await turn();
  }

  async function endOfPass(): Promise<void> {
    await until(() => files().length === 0);
    await checkpoint.run(); // ends with the pass in hand, or moves nothing
  }

  const moved = () => collection.moves.map(({ batch }) => batch.map(({ key }) => key).join(''));

  it('begins a second after the first change, and takes all that was changed until then', async () => {
    change('a');
    clock.tick(600);
    change('b', 'a');
    clock.tick(399);
    await settle();
    expect(moved()).to.deep.equal([]);
    clock.tick(1);
    (await move(1)).commit();
    await endOfPass();
    expect(moved()).to.deep.equal(['ab']);
    expect(collection.recent.size).to.equal(0);
    expect(files(), 'the journal is let go').to.deep.equal([]);
    clock.tick(60_000);
    await settle();
    expect(moved(), 'nothing more to do').to.have.length(1);
  });

  it('does not wait when very much was changed', async () => {
    change('a', 'b', 'c', 'd');
    await settle();
    expect(moved()).to.deep.equal([]);
    change('e');
    (await move(1)).commit();
    await endOfPass();
    expect(moved()).to.deep.equal(['abcde']);
  });

  it('never overlaps another: what is changed meanwhile is in the next file and the next pass', async () => {
    change(...'abcde');
    const first = await move(1);
    change(...'cfghijk');
    await journal.durable();
    clock.tick(60_000);
    const passes = [checkpoint.run(), checkpoint.run()];
    await settle();
    expect(moved()).to.deep.equal(['abcde']);
    expect(files()).to.have.length(2);
    first.commit();
    await Promise.all(passes);
    const second = await move(2);
    expect(files(), 'what the first pass was for is gone').to.deep.equal(['journal.000000002']);
    expect(moved()[1]).to.equal('cfghijk');
    second.commit();
    await endOfPass();
    expect(collection.recent.size).to.equal(0);
  });

  it('moves a few at a time, lets each go when it is there, and the journal when all are', async () => {
    for (let i = 0; i < 450; i++) collection.change(`d${i}`);
    const pass = checkpoint.run();
    for (const [number, size] of [200, 200, 50].entries()) {
      const { batch, commit } = await move(number + 1);
      expect(batch).to.have.length(size);
      expect(collection.recent.size).to.equal(450 - number * 200);
      expect(files()).to.deep.equal(['journal.000000001']);
      commit();
    }
    await pass;
    expect(files()).to.deep.equal([]);
    const keys = collection.moves.flatMap(({ batch }) => batch.map(({ key }) => key));
    expect(new Set(keys).size).to.equal(450);
  });

  describe('of more than a few, while not very much is changed', () => {
    beforeEach(async () => {
      checkpoint = new Checkpoint({
        collections: [collection],
        journal,
        keepNumber: async (number) => kept.push(number) > 0,
        many: 1000,
        onFailure: (error) => failures.push(error),
      });
      for (let i = 0; i < 120; i++) change(`d${i}`);
      clock.tick(1000);
      (await move(1)).commit();
      await settle();
      expect(moved(), 'rests').to.have.length(1);
    });

    it('moves fewer at a time, and rests in between', async () => {
      clock.next();
      (await move(2)).commit();
      await settle();
      expect(moved(), 'rests').to.have.length(2);
      clock.next();
      (await move(3)).commit();
      await endOfPass();
      expect(collection.moves.map(({ batch }) => batch.length)).to.deep.equal([50, 50, 20]);
    });

    it('rests no more when very much is changed meanwhile', async () => {
      for (let i = 0; i < 1000; i++) change(`e${i}`);
      clock.next();
      (await move(2)).commit();
      (await move(3)).commit(); // the next pass
      await settle();
      expect(collection.moves.map(({ batch }) => batch.length).slice(0, 3)).to.deep.equal([50, 70, 200]);
      const closed = checkpoint.close();
      for (let number = 4; number <= 7; number++) (await move(number)).commit();
      await closed;
    });

    const waiting = {
      'for room': () => checkpoint.room(),
      'for its end': () => checkpoint.alone(async () => {}),
      'for the close': () => checkpoint.close(),
    };
    for (const [what, wait] of Object.entries(waiting)) {
      it(`goes on at once, and rests no more, when somebody waits ${what}`, async () => {
        const waited = wait();
        (await move(2)).commit();
        await waited;
        expect(collection.moves.map(({ batch }) => batch.length)).to.deep.equal([50, 70]);
      });
    }
  });

  it('keeps what was changed when the journal fails, moves nothing, and has it moved by the next', async () => {
    const append = sinon.stub(JournalFile.prototype, 'append').callThrough();
    append.onFirstCall().rejects(REFUSED);
    change('a');
    expect(await rejection(checkpoint.run())).to.equal(REFUSED);
    expect(moved()).to.deep.equal([]);
    change('b');
    const again = checkpoint.run();
    (await move(1)).commit();
    await again;
    expect(moved()).to.deep.equal(['ab']);
    expect(files()).to.deep.equal([]);
  });

  it('keeps the journal and what was changed when a move fails, and has it moved by the next', async () => {
    for (let i = 0; i < 250; i++) collection.change(`d${i}`);
    const pass = checkpoint.run();
    (await move(1)).commit();
    (await move(2)).refuse();
    expect(await rejection(pass)).to.equal(REFUSED);
    expect(files()).to.deep.equal(['journal.000000001']);
    expect(collection.recent.size, 'without what was moved before').to.equal(50);
    change('late');
    const again = checkpoint.run();
    (await move(3)).commit();
    await again;
    expect(collection.moves[2]!.batch).to.have.length(51);
    expect(collection.recent.size).to.equal(0);
    expect(files()).to.deep.equal([]);
  });

  it('tells LMDB with the last move which file the journal goes on in, and before a file is deleted', async () => {
    for (let i = 0; i < 250; i++) collection.change(`d${i}`);
    const pass = checkpoint.run();
    (await move(1)).commit();
    const last = await move(2);
    expect(kept, 'not before all is moved').to.deep.equal([]);
    last.commit();
    expect(kept).to.deep.equal([2]);
    await pass;
    await journal.probe();
    const told = sinon.stub(kept, 'push').callsFake((number) => {
      expect(number).to.equal(3);
      expect(files()).to.deep.equal(['journal.000000002']);
      return 1;
    });
    await checkpoint.run();
    expect(told.callCount, 'also where nothing is moved').to.equal(1);
    expect(files()).to.deep.equal([]);
  });

  it('backs off after failures, up to half a minute, says so each time, and comes back to its pace', async () => {
    change('a');
    for (const [passes, wait] of [1, 2, 4, 8, 16, 30, 30].entries()) {
      if (passes > 0) change('a', 'b', 'c', 'd', 'e', 'f'); // very much, which changes nothing about it
      clock.tick(wait * 1000 - 1);
      await settle();
      expect(collection.moves, `before ${wait} s`).to.have.length(passes);
      clock.tick(1);
      (await move(passes + 1)).refuse();
      await until(() => failures.length > passes);
    }
    clock.tick(30_000);
    (await move(8)).commit();
    await endOfPass();
    change('a');
    clock.tick(999);
    await settle();
    expect(collection.moves).to.have.length(8);
    clock.tick(1);
    (await move(9)).commit();
    await endOfPass();
    expect(failures).to.have.length(7);
  });

  it('is behind when very many documents are not moved', async () => {
    for (let i = 0; i < 19_999; i++) collection.change(`d${i}`);
    expect(checkpoint.isBehind).to.equal(false);
    collection.change('last');
    expect(checkpoint.isBehind).to.equal(true);
    const room = checkpoint.room();
    for (let number = 1; number <= 100; number++) (await move(number)).commit();
    await room;
    expect(checkpoint.isBehind).to.equal(false);
  });

  it('is not begun by who waits for room where the last one failed, but when its time comes', async () => {
    for (let i = 0; i < 20_000; i++) collection.change(`d${i}`);
    const rooms = [checkpoint.room(), checkpoint.room()];
    (await move(1)).refuse();
    for (const room of rooms) expect(await rejection(room)).to.equal(REFUSED);
    for (let i = 0; i < 3; i++) expect(await rejection(checkpoint.room())).to.equal(REFUSED);
    clock.tick(1999);
    await settle();
    expect(await rejection(checkpoint.room())).to.equal(REFUSED);
    expect(collection.moves).to.have.length(1);
    clock.tick(1);
    await move(2);
    const shared = checkpoint.room();
    for (let number = 2; number <= 101; number++) (await move(number)).commit();
    await shared;
    expect(checkpoint.isBehind).to.equal(false);
    await endOfPass();
  });

  it('does not wait, and is waited for, when very much is in the journal, however few documents it is of', async () => {
    let bytes = 0;
    sinon.stub(Journal.prototype, 'bytes').get(() => bytes);
    bytes = 2 ** 25 - 1;
    change('a');
    await settle();
    expect(moved()).to.deep.equal([]);
    bytes = 2 ** 25;
    change('a');
    const first = await move(1);
    bytes = 2 ** 27 - 1;
    expect(checkpoint.isBehind).to.equal(false);
    bytes = 2 ** 27;
    expect(checkpoint.isBehind).to.equal(true);
    const room = checkpoint.room();
    first.commit();
    await room;
  });

  it('is tried again where only the journal could not be let go', async () => {
    const cut = sinon.stub(Journal.prototype, 'cut').callsFake(async (snapshot) => {
      snapshot();
      return () => Promise.reject(REFUSED);
    });
    change('a');
    const pass = checkpoint.run();
    (await move(1)).commit();
    expect(await rejection(pass)).to.equal(REFUSED);
    expect(clock.countTimers()).to.equal(1);
    cut.restore();
    const again = sinon.spy(Journal.prototype, 'cut');
    clock.tick(2000);
    expect(again.callCount).to.equal(1);
    await checkpoint.run();
  });

  describe('at the close', () => {
    it('finishes the pass in hand and moves all there is, also what was changed meanwhile', async () => {
      change(...'abcde');
      const first = await move(1);
      change('f');
      const closed = checkpoint.close();
      await settle();
      expect(moved(), 'one at a time').to.deep.equal(['abcde']);
      first.commit();
      (await move(2)).commit();
      await closed;
      expect(moved()).to.deep.equal(['abcde', 'f']);
      expect(files()).to.deep.equal([]);
    });

    it('moves all there is also after the pass in hand failed, without a wait', async () => {
      change(...'abcde');
      const first = await move(1);
      const closed = checkpoint.close();
      first.refuse();
      (await move(2)).commit();
      await closed;
      expect(failures).to.deep.equal([REFUSED]);
      expect(collection.recent.size).to.equal(0);
      expect(files()).to.deep.equal([]);
    });

    it('rejects when what there is cannot be moved, keeps the journal, and begins no other', async () => {
      change('a');
      const closed = checkpoint.close();
      (await move(1)).refuse();
      expect(await rejection(closed)).to.equal(REFUSED);
      change(...'bcdefgh');
      clock.tick(60_000);
      await settle();
      expect(collection.moves).to.have.length(1);
      expect(files()).to.have.length(2);
    });
  });
});

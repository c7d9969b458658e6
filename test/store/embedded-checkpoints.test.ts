import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import sinon from 'sinon';
import type { ConversationDoc, Store } from '../../src/store/documents.ts';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { EmbeddedCollection } from '../../src/store/embedded-collection.ts';
import { INDEXES } from '../../src/store/indexes.ts';
import { Journal } from '../../src/store/journal.ts';
import { JournalFile } from '../../src/store/journal-file.ts';
import { rejection } from '../support/rejection.ts';
import { temporaryFolder } from '../support/stores.ts';
import { aConversation, aMessage } from './documents.ts';

describe('the embedded store and its checkpoints', () => {
  let dataDir: string;
  let copies: { step: string; dataDir: string; expected: Map<string, ConversationDoc> }[];
  let store: Store;
  /** What the store has. */
  let model: Map<string, ConversationDoc>;

  beforeEach(async () => {
    dataDir = await temporaryFolder();
    copies = [];
    model = new Map();
    store = await openStore(dataDir);
  });

  afterEach(async () => {
    sinon.restore();
    await store.close();
    for (const folder of [dataDir, ...copies.map((copy) => copy.dataDir)])
      rmSync(folder, { recursive: true });
  });

  /** Never so much is changed that a checkpoint would come at once. */
  function openStore(folder: string): Promise<Store> {
    return openEmbeddedStore({ dataDir: folder, onUnindexed: 'throw', many: 1e9 });
  }

  const journals = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('journal.'));

  async function put(id: string, fields: Partial<ConversationDoc>): Promise<void> {
    const conversation = aConversation({ _id: id, ...fields });
    await store.conversations.deleteOne({ _id: id });
    await store.conversations.insertOne(conversation);
    model.set(id, conversation);
  }

  async function change(id: string, dueAt: number): Promise<void> {
    const { version, ...rest } = model.get(id)!;
    await store.conversations.updateOne({ _id: id }, { $set: { dueAt }, $inc: { version: 1 } });
    model.set(id, { ...rest, version: version + 1, dueAt });
  }

  async function remove(id: string): Promise<void> {
    await store.conversations.deleteOne({ _id: id });
    model.delete(id);
  }

  /** The folder as a process that was killed now would leave it. */
  async function crash(step: string): Promise<string> {
    const copy = await temporaryFolder();
    for (const name of readdirSync(dataDir)) {
      if (!/^owner\.mdb|lock$/.test(name)) cpSync(join(dataDir, name), join(copy, name));
    }
    copies.push({ step, dataDir: copy, expected: new Map(model) });
    return copy;
  }

  async function expectWhole(
    opened: Store,
    expected: Map<string, ConversationDoc>,
    step: string,
  ): Promise<void> {
    const { conversations } = opened;
    const all = [...expected.values()];
    const found = await conversations.find({}, { sort: { _id: 1 } }).toArray();
    expect(found.length, step).to.equal(all.length);
    expect(new Map(found.map((doc) => [doc._id, doc])), step).to.deep.equal(expected);
    for (const [index, filter, those] of [
      ['customer', { customer: all[0]!.customer }, all],
      ['changed', { changedAt: { $gte: 0 } }, all],
      ['due', { dueAt: { $gte: 0 } }, all.filter(({ dueAt }) => dueAt !== undefined)],
      ['agent', { agentId: 'ada' }, all.filter(({ agentId }) => agentId !== undefined)],
    ] as const) {
      const name = `${step}: ${index}`;
      const listed = (await conversations.find(filter).toArray()).map(({ _id }) => _id);
      expect(listed.sort(), name).to.deep.equal(those.map(({ _id }) => _id).sort());
      expect(await conversations.countDocuments(filter), name).to.equal(those.length);
    }
  }

  /** Opens what each crash left, once and again after a close, with a change each time. */
  async function expectCopiesWhole(): Promise<void> {
    expect(copies.length).to.be.greaterThan(0);
    for (const { step, dataDir: copy, expected } of copies) {
      for (const time of ['once', 'twice']) {
        const opened = await openStore(copy);
        try {
          await expectWhole(opened, expected, `${step}, opened ${time}`);
          const [id, before] = [...expected][0]!;
          const { dueAt: _, ...rest } = before;
          await opened.conversations.updateOne({ _id: id }, { $inc: { version: 1 }, $unset: { dueAt: '' } });
          expected.set(id, { ...rest, version: rest.version + 1 });
          await expectWhole(opened, expected, `${step}, changed ${time}`);
        } finally {
          await opened.close();
        }
      }
      expect(journals(copy)).to.deep.equal([]);
    }
  }

  /** 250 conversations in LMDB; then each kind of change, in the journal. */
  async function fill(): Promise<void> {
    for (let i = 0; i < 250; i++) {
      await put(`c${i}`, { changedAt: i, ...(i % 2 && { dueAt: i }), ...(i % 3 && { agentId: 'ada' }) });
    }
    await store.close();
    store = await openStore(dataDir);
    for (let i = 0; i < 230; i++) await change(`c${i}`, 1000 - i);
    await store.durable();
    for (let i = 0; i < 20; i++) await remove(`c${i * 7}`);
    for (let i = 0; i < 10; i++) await put(`new${i}`, { dueAt: i });
    await put('c7', { agentId: 'ada' }); // deleted before
    await put('new0', {}); // no longer due
    await remove('new1'); // LMDB never had it
    await store.durable();
  }

  it('lose nothing and double nothing when the process dies at any step', async function () {
    this.timeout(60_000);
    await fill();
    const { move } = EmbeddedCollection.prototype;
    sinon.stub(EmbeddedCollection.prototype, 'move').callsFake(async function (
      this: EmbeddedCollection<never>,
      ...batch
    ) {
      await crash('before a move');
      await move.call(this, ...batch);
      await crash('after a move');
    });
    const { cut } = Journal.prototype;
    sinon.stub(Journal.prototype, 'cut').callsFake(async function (this: Journal, snapshot) {
      await crash('before the cut');
      const drop = await cut.call(this, snapshot);
      await crash('after the cut');
      return async () => {
        await crash('before the journal is let go');
        await drop();
        await crash('after the journal was let go');
      };
    });
    await store.close();
    sinon.restore();
    const journaled = copies.map(({ step, dataDir: copy }) => [step, journals(copy).length]);
    expect(journaled).to.deep.equal([
      ['before the cut', 1],
      ['after the cut', 1],
      ['before a move', 1],
      ['after a move', 1],
      ['before a move', 1],
      ['after a move', 1],
      ['before the journal is let go', 1],
      ['after the journal was let go', 0],
    ]);
    await expectCopiesWhole();
    store = await openStore(dataDir);
    await expectWhole(store, model, 'no crash');
  });

  it('lose nothing when the process dies between two files of the journal that are deleted', async function () {
    this.timeout(60_000);
    await fill();
    // A process died, and another goes on: each has a file.
    const left = await crash('with one file');
    copies.pop();
    await store.close();
    rmSync(dataDir, { recursive: true });
    dataDir = left;
    store = await openStore(dataDir);
    await change('c1', 5);
    await remove('c2');
    await put('new1', { dueAt: 7 });
    await store.durable();
    const { cut } = Journal.prototype;
    sinon.stub(Journal.prototype, 'cut').callsFake(async function (this: Journal, snapshot) {
      const drop = await cut.call(this, snapshot);
      return async () => {
        const copy = await crash('when the oldest is deleted');
        expect(journals(copy)).to.deep.equal(['journal.000000002', 'journal.000000003']);
        rmSync(join(copy, 'journal.000000002'));
        await drop();
      };
    });
    await store.close();
    sinon.restore();
    await expectCopiesWhole();
    store = await openStore(dataDir);
    await expectWhole(store, model, 'no crash');
  });

  it('lose nothing of what is changed while they move, and it is read right all the time', async function () {
    this.timeout(60_000);
    await fill();
    let moves = 0;
    const { move } = EmbeddedCollection.prototype;
    sinon.stub(EmbeddedCollection.prototype, 'move').callsFake(async function (
      this: EmbeddedCollection<never>,
      ...batch
    ) {
      const number = ++moves;
      await change(`c${number}`, 5000 + number);
      await store.durable();
      await expectWhole(store, model, 'before a move');
      const moving = move.call(this, ...batch);
      // LMDB has the batch, or gets it in this moment.
      await change('c30', number);
      await put('c4', { dueAt: number });
      await (number % 2 === 1 ? remove('c5') : put('c5', { agentId: 'ada' }));
      await expectWhole(store, model, 'while it moves');
      await store.durable();
      await moving;
      await expectWhole(store, model, 'when it has moved, and nobody has heard of it');
      await crash('when it has moved');
    });
    await store.close();
    expect(moves).to.equal(2);
    sinon.restore();
    await expectCopiesWhole();
    // What was changed meanwhile was not moved: the journal has it.
    expect(journals(dataDir)).to.deep.equal(['journal.000000003']);
    store = await openStore(dataDir);
    await expectWhole(store, model, 'opened again');
  });

  it('leave out only what was promised to nobody when the process dies within a frame', async function () {
    this.timeout(60_000);
    for (let i = 0; i < 5; i++) await put(`c${i}`, { dueAt: i });
    await store.durable();
    const promised = new Map(model);
    await change('c1', 50);
    await remove('c2');
    const { append } = JournalFile.prototype;
    sinon.stub(JournalFile.prototype, 'append').callsFake(async function (this: JournalFile, frame) {
      for (const written of [0, 1, 11, 12, 15, 16, 17, frame.length >> 1, frame.length - 1]) {
        const copy = await crash(`after ${written} bytes of the frame`);
        copies.at(-1)!.expected = new Map(promised);
        const path = join(copy, 'journal.000000001');
        writeFileSync(path, Buffer.concat([readFileSync(path), frame.subarray(0, written)]));
      }
      await append.call(this, frame);
      await crash('after the whole frame');
    });
    await store.durable();
    sinon.restore();
    expect(copies).to.have.length(10);
    await expectCopiesWhole();
  });

  it('find in indexes that are declared otherwise since what only the journal has', async function () {
    this.timeout(60_000);
    await fill();
    const copy = await crash('a process died, and another version goes on');
    const others = [
      { name: 'agent', keys: { agentId: 1, changedAt: 1 }, present: 'agentId' },
      { name: 'due', keys: { dueAt: -1 } },
      { name: 'changed', keys: { changedAt: 1, dueAt: 1 } },
      { name: 'version', keys: { version: 1 } },
      { name: 'client', keys: { customer: 1 } },
    ];
    const changed = [...model.values()].filter(({ version }) => version === 1);
    for (const indexes of [others, INDEXES.conversations]) {
      sinon.stub(INDEXES, 'conversations').value(indexes);
      const opened = await openStore(copy);
      try {
        await expectWhole(opened, model, indexes.map(({ name }) => name).join());
        if (indexes !== others) continue;
        expect(await opened.conversations.countDocuments({ version: 1 })).to.equal(changed.length);
      } finally {
        await opened.close();
        sinon.restore();
      }
    }
    await expectCopiesWhole();
  });

  for (const indexes of ['the same', 'other'] as const) {
    it(`leave a folder alone whose journal is damaged, also when ${indexes} indexes are declared`, async () => {
      for (let i = 0; i < 5; i++) await put(`c${i}`, { dueAt: i });
      await store.close();
      store = await openStore(dataDir);
      for (let i = 0; i < 5; i++) {
        await change(`c${i}`, 10 + i);
        await store.durable();
      }
      const copy = await crash('it was damaged, and is restored');
      const [name = ''] = journals(copy);
      const path = join(copy, name);
      const bytes = readFileSync(path);
      const damaged = Buffer.from(bytes);
      damaged[bytes.length >> 1]! ^= 0x10;
      writeFileSync(path, damaged);
      const contents = () =>
        readdirSync(copy)
          .filter((name) => !name.startsWith('owner.mdb') && name !== 'data.mdb-lock')
          .map((name) => [name, readFileSync(join(copy, name), 'base64')]);
      const before = contents();
      if (indexes === 'other') {
        sinon.stub(INDEXES, 'conversations').value([
          { name: 'changed', keys: { changedAt: -1 } },
          { name: 'version', keys: { version: 1 } },
        ]);
      }
      expect(await rejection(openStore(copy))).to.include({ code: 'store_damaged' });
      expect(contents()).to.deep.equal(before);
      sinon.restore();
      writeFileSync(path, bytes);
      await expectCopiesWhole();
    });
  }

  it('leave no index entry of a move that was made though it seemed refused', async () => {
    const { conversations } = store;
    if (!(conversations instanceof EmbeddedCollection)) return expect.fail();
    const { recent } = conversations;
    const move = () => conversations.move(recent.snapshot());
    await put('c0', {});
    await put('c1', { dueAt: 1 });
    await move();
    await change('c1', 2);
    await move();
    await change('c1', 3);
    const held = recent.get('c1')!;
    held.moving = held.entries; // as one leaves it that is refused
    await change('c1', 4);
    await store.close();
    store = await openStore(dataDir);
    await expectWhole(store, model, 'opened again');
    expect(await store.conversations.countDocuments({ dueAt: { $lt: 4 } })).to.equal(0);
  });

  it('come without a wait where a few long texts are changed', async () => {
    await store.close();
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const cut = sinon.spy(Journal.prototype, 'cut');
    try {
      store = await openStore(dataDir);
      const text = 'x'.repeat(5 * 2 ** 20);
      for (let i = 0; i < 7; i++) await store.messages.insertOne(aMessage({ _id: `m${i}`, text }));
      await store.durable();
      expect(cut.callCount).to.equal(0);
      await store.messages.insertOne(aMessage({ _id: 'late' }));
      expect(cut.callCount).to.equal(1);
    } finally {
      clock.restore();
    }
  });

  it('have writers wait when very many documents are not moved', async function () {
    this.timeout(30_000);
    const queue = (_id: string) => ({ _id, name: '', priority: 0, createdAt: 0, changedAt: 0 });
    const move = sinon.spy(EmbeddedCollection.prototype, 'move');
    const inserts = Array.from({ length: 19_999 }, (_, i) => store.queues.insertOne(queue(`q${i}`)));
    await Promise.all([...inserts, store.queues.insertOne(queue('last'))]);
    expect(move.callCount, 'up to there, each is taken at once').to.equal(0);
    await store.queues.insertOne(queue('late'));
    expect(move.callCount, 'until all are moved').to.equal(100);
    expect(journals(dataDir)).to.deep.equal([]);
    expect(await store.queues.countDocuments({})).to.equal(20_001);
  });
});

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { open } from 'lmdb';
import sinon from 'sinon';
import { SwitchboardError } from '../../src/errors.ts';
import { Checkpoint } from '../../src/store/checkpoint.ts';
import type { Store } from '../../src/store/documents.ts';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { entryOf, KEY_OPTIONS, keysOf } from '../../src/store/index-keys.ts';
import { SCHEMA } from '../../src/store/schema.ts';
import { rejection } from '../support/rejection.ts';
import { temporaryEmbeddedStore, temporaryFolder } from '../support/stores.ts';
import { aConversation, aMessage, anAgent } from './documents.ts';

describe('the embedded store', () => {
  let dataDir: string;
  let opened: Store[];
  let children: ChildProcess[];

  beforeEach(async () => {
    dataDir = await temporaryFolder();
    opened = [];
    children = [];
  });

  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    for (const store of opened) await store.close();
    rmSync(dataDir, { recursive: true });
  });

  async function openStore(): Promise<Store> {
    const store = await openEmbeddedStore({ dataDir, onUnindexed: 'throw' });
    opened.push(store);
    return store;
  }

  async function closeStore(store: Store): Promise<void> {
    opened.splice(opened.indexOf(store), 1);
    await store.close();
  }

  /** Starts a process that opens the folder and writes, saying what is durable. Resolves at its first line. */
  async function startWriter(): Promise<{ child: ChildProcess; lines: string[] }> {
    const writer = new URL('./embedded-writer.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--import', 'tsx', writer, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines: string[] = [];
    const reader = createInterface(child.stdout!);
    reader.on('line', (line) => lines.push(line));
    await Promise.race([once(reader, 'line'), once(child, 'exit')]);
    return { child, lines };
  }

  it('has what it had after it was closed and opened again', async () => {
    const first = await openStore();
    const conversations = Array.from({ length: 100 }, (_, i) =>
      // Of several sets of fields, each often enough for the table of field names.
      aConversation({
        _id: `c${i}`,
        changedAt: i,
        ...(i % 2 && { dueAt: i }),
        ...(i % 3 && { agentId: 'ada' }),
      }),
    );
    for (const conversation of conversations) await first.conversations.insertOne(conversation);
    await closeStore(first);
    const second = await openStore();
    expect(await second.conversations.find({}, { sort: { changedAt: 1 } }).toArray()).to.deep.equal(
      conversations,
    );
    for (const { _id } of conversations)
      await second.conversations.updateOne({ _id }, { $set: { locale: 'es' } });
    await closeStore(second);
    const third = await openStore();
    expect(
      await third.conversations.find({ agentId: 'ada' }, { sort: { changedAt: 1 } }).toArray(),
    ).to.deep.equal(
      conversations
        .filter(({ agentId }) => agentId)
        .map((conversation) => ({ ...conversation, locale: 'es' })),
    );
  });

  it('keeps documents of more sets of fields than its table has places for', async () => {
    const store = await openStore();
    const messages = Array.from({ length: 60 * 22 }, (_, i) =>
      aMessage({
        _id: `m${i}`,
        at: i,
        provider: { [`field${i % 60}`]: i, nested: [{ [`inner${i % 60}`]: true }] },
      }),
    );
    await Promise.all(messages.map((message) => store.messages.insertOne(message)));
    for (const message of messages)
      await store.messages.updateOne({ _id: message._id }, { $set: { status: 'sent' } });
    await closeStore(store);
    const again = await openStore();
    const found = await again.messages.find({ conversationId: 'c' }, { sort: { at: 1 } }).toArray();
    expect(found).to.deep.equal(messages.map((message) => ({ ...message, status: 'sent' })));
  });

  it('refuses reads and writes once it is closed, each by a rejection', async () => {
    const { store, dispose } = await temporaryEmbeddedStore();
    await store.agents.insertOne(anAgent({ _id: 'ada' }));
    await dispose();
    for (const late of [
      () => store.agents.findOne({ _id: 'ada' }),
      () => store.agents.find({}).toArray(),
      () => store.agents.updateOne({ _id: 'ada' }, { $set: { name: 'B' } }),
    ]) {
      expect(await rejection(late())).to.have.property('code', 'store_unavailable');
    }
  });

  describe('of a query that no index serves', () => {
    const query = { number: '15550109999', priority: 3 };

    it('throws, naming fields but no values', async () => {
      const store = await openStore();
      const error = await rejection(store.conversations.find(query).toArray());
      expect(error).to.be.instanceOf(SwitchboardError).and.to.include({ code: 'store_unindexed' });
      expect(String(error))
        .to.include('conversations')
        .and.include('number, priority')
        .and.not.include('1555');
      const { conversations, agents } = store;
      for (const refused of [
        () => conversations.find({ dueAt: { $exists: false } }, { sort: { dueAt: 1 } }).toArray(),
        () => conversations.countDocuments({ queueId: { $ne: 'x' } }),
        () => conversations.countDocuments({ priority: { $gt: 1 } }),
        () => conversations.updateOne(query, { $set: { priority: 1 } }),
        () => conversations.findOneAndUpdate(query, { $set: { priority: 1 } }, { returnDocument: 'after' }),
        () => conversations.deleteOne(query),
        () => agents.find({ queues: 'support' }).toArray(),
      ]) {
        expect(await rejection(refused())).to.include({ code: 'store_unindexed' });
      }
    });

    it('warns and answers where it was told to', async () => {
      const warnings: object[] = [];
      const log = { warn: (details: object) => warnings.push(details), info: () => {} };
      const store = await openEmbeddedStore({ dataDir, onUnindexed: 'warn', log });
      opened.push(store);
      await store.conversations.insertOne(aConversation({ _id: 'a', priority: 3 }));
      expect(await store.conversations.find(query).toArray()).to.have.length(1);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.deep.include({ code: 'store_unindexed', filter: ['number', 'priority'] });
    });
  });

  it('refuses an object or an array in an indexed field, and changes nothing then', async () => {
    const store = await openStore();
    await store.conversations.insertOne(aConversation({ _id: 'a', agentId: 'ada' }));
    const update = store.conversations.updateOne(
      { _id: 'a' },
      { $set: { agentId: ['x'] as never, version: 1 } },
    );
    expect(await rejection(update)).to.be.instanceOf(TypeError);
    expect(await store.conversations.findOne({ agentId: 'ada' })).to.include({ version: 0 });
  });

  it('refuses an _id that does not fit a key, and finds nothing by one', async () => {
    const store = await openStore();
    const _id = 'x'.repeat(2000);
    expect(await rejection(store.conversations.insertOne(aConversation({ _id })))).to.be.instanceOf(
      TypeError,
    );
    expect(await rejection(store.conversations.insertOne(aConversation({ _id: '' })))).to.be.instanceOf(
      TypeError,
    );
    expect(await store.conversations.findOne({ _id })).to.equal(null);
    expect(await store.conversations.findOne({ _id: '' })).to.equal(null);
    expect(await store.conversations.countDocuments({ agentId: 'x'.repeat(5000) })).to.equal(0);
    const long = aConversation({ _id: 'a', agentId: 'x'.repeat(2000) });
    expect(await rejection(store.conversations.insertOne(long))).to.be.instanceOf(TypeError);
    expect(await store.conversations.countDocuments({})).to.equal(0);
  });

  describe('whose folder is taken', () => {
    it('by another process is refused, and free once that was killed', async function () {
      this.timeout(20_000);
      const { child } = await startWriter();
      expect(await rejection(openStore()))
        .to.be.instanceOf(SwitchboardError)
        .and.to.include({ code: 'store_locked' });
      expect(await rejection(openStore())).to.include({ code: 'store_locked' });
      child.kill('SIGKILL');
      await once(child, 'exit');
      const store = await openStore();
      await store.ping();
    });

    it('by this process is refused, and free once that closed it', async () => {
      const first = await openStore();
      expect(await rejection(openStore())).to.include({ code: 'store_locked' });
      await first.conversations.insertOne(aConversation({ _id: 'a' }));
      await closeStore(first);
      expect(await (await openStore()).conversations.countDocuments({})).to.equal(1);
    });

    it('is had by one of several that come at once', async () => {
      const results = await Promise.allSettled([openStore(), openStore(), openStore()]);
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    });
  });

  describe('whose folder cannot be used', () => {
    /** Expects the refusal, and that no byte of the folder's own files is another than before. */
    async function expectRefusal(code: string): Promise<void> {
      const before = contents();
      const error = await rejection(openStore());
      expect(error).to.be.instanceOf(SwitchboardError).and.to.include({ code });
      expect(contents()).to.deep.equal(before);
    }

    const contents = () =>
      readdirSync(dataDir)
        .filter((name) => !name.startsWith('owner.mdb') && name !== 'data.mdb-lock')
        .map((name) => [name, readFileSync(join(dataDir, name), 'base64')]);

    async function fill(documents: number): Promise<void> {
      const store = await openStore();
      const inserts = Array.from({ length: documents }, (_, i) =>
        store.messages.insertOne(aMessage({ _id: `m${i}`, text: 'x'.repeat(500) })),
      );
      await Promise.all(inserts);
      await closeStore(store);
    }

    it('since its file is not a store is refused', async () => {
      writeFileSync(join(dataDir, 'data.mdb'), 'not a store, but long enough to be one'.repeat(1000));
      await expectRefusal('store_damaged');
    });

    it('since its file is overwritten at the beginning is refused', async () => {
      await fill(100);
      const bytes = readFileSync(join(dataDir, 'data.mdb'));
      bytes.fill(0x5a, 0, 8192);
      writeFileSync(join(dataDir, 'data.mdb'), bytes);
      await expectRefusal('store_damaged');
    });

    for (const share of [0.9, 0.5, 0.1, 0]) {
      it(`since its file is cut to ${share * 100} % is refused`, async function () {
        this.timeout(20_000);
        await fill(2000);
        const path = join(dataDir, 'data.mdb');
        truncateSync(path, Math.floor(readFileSync(path).length * share));
        await expectRefusal('store_damaged');
      });
    }

    it('since its file is gone is refused', async () => {
      await fill(1);
      rmSync(join(dataDir, 'data.mdb'));
      await expectRefusal('store_damaged');
    });

    it('since a file of its journal is gone is refused', async () => {
      await fill(1);
      for (const number of [1, 3]) writeFileSync(join(dataDir, `journal.00000000${number}`), '');
      await expectRefusal('store_damaged');
    });

    it('since its file is gone and only the journal is there is refused', async () => {
      writeFileSync(join(dataDir, 'journal.000000001'), '');
      await expectRefusal('store_damaged');
    });

    /** Copies the folder as it is, with a store that has changed `_id` and was not closed. */
    async function backUp(_id: string): Promise<string> {
      const store = await openStore();
      await store.queues.insertOne({ _id, name: '', priority: 0, createdAt: 0, changedAt: 0 });
      await store.durable();
      const copy = await temporaryFolder();
      cpSync(dataDir, copy, { recursive: true });
      await closeStore(store);
      return copy;
    }

    async function restore(backup: string, file: RegExp): Promise<void> {
      for (const name of readdirSync(backup)) {
        if (file.test(name)) cpSync(join(backup, name), join(dataDir, name));
      }
    }

    it('since its file or its journal is from another backup is refused', async () => {
      const backups = [];
      for (const _id of ['a', 'b', 'c', 'd']) backups.push(await backUp(_id));
      for (const [data, journal] of [
        [0, 1],
        [1, 3],
        [2, 0],
        [3, 1],
      ] as const) {
        await restore(backups[data]!, /^data\.mdb$/);
        await restore(backups[journal]!, /^journal/);
        await expectRefusal('store_damaged');
        for (const name of readdirSync(dataDir)) if (name.startsWith('journal')) rmSync(join(dataDir, name));
      }
      await restore(backups[2]!, /^data\.mdb$|^journal/);
      const store = await openStore();
      expect((await store.queues.find({}).toArray()).map(({ _id }) => _id)).to.have.members(['a', 'b', 'c']);
      for (const backup of backups) rmSync(backup, { recursive: true });
    });

    it('since the first file of its journal is gone is refused, also before the first checkpoint', async () => {
      for (const _id of ['a', 'b']) {
        const copy = await backUp(_id);
        const first = readdirSync(copy).find((name) => name.startsWith('journal'))!;
        const second = `journal.${String(Number(first.slice(8)) + 1).padStart(9, '0')}`;
        cpSync(join(copy, first), join(copy, second));
        rmSync(join(copy, first));
        const opening = openEmbeddedStore({ dataDir: copy, onUnindexed: 'throw' });
        expect(await rejection(opening)).to.include({ code: 'store_damaged' });
        rmSync(copy, { recursive: true });
      }
    });

    it('since its format cannot be told is refused', async () => {
      await fill(1);
      writeFileSync(join(dataDir, 'format.json'), '{"format":');
      await expectRefusal('store_damaged');
    });

    it('since a newer version wrote it is refused', async () => {
      await fill(1);
      writeFileSync(join(dataDir, 'format.json'), '{"format":4,"more":true}');
      await expectRefusal('store_newer');
    });

    it('since a newer version wrote its documents is refused', async () => {
      await fill(1);
      writeFileSync(join(dataDir, 'format.json'), `{"format":3,"schema":${SCHEMA + 1}}`);
      await expectRefusal('store_newer');
    });

    it('since nothing can be said in it is refused, and left with nothing still to be done', async () => {
      mkdirSync(join(dataDir, 'format.json.new'));
      const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const checkpoints = sinon.spy(Checkpoint.prototype, 'run');
      try {
        expect(await rejection(openStore())).to.have.property('code', 'store_unavailable');
        clock.tick(60_000);
        expect(checkpoints.callCount).to.equal(0);
      } finally {
        sinon.restore();
        clock.restore();
      }
      rmSync(join(dataDir, 'format.json.new'), { recursive: true });
      await (await openStore()).ping();
    });

    it('since it cannot be made is refused', async () => {
      writeFileSync(join(dataDir, 'file'), '');
      const error = await rejection(
        openEmbeddedStore({ dataDir: join(dataDir, 'file', 'data'), onUnindexed: 'throw' }),
      );
      expect(error).to.include({ code: 'store_unavailable' });
    });
  });

  it('opens a folder of the format before, whose LMDB does not know where the journal goes on', async () => {
    const before = await openStore();
    await before.conversations.insertOne(aConversation({ _id: 'a' }));
    await closeStore(before);
    const insert = async (_id: string) => {
      const store = await openStore();
      await store.conversations.insertOne(aConversation({ _id }));
      await store.durable();
      return store;
    };
    const store = await insert('b');
    const copy = await temporaryFolder();
    cpSync(dataDir, copy, { recursive: true });
    await closeStore(store);
    rmSync(dataDir, { recursive: true });
    dataDir = copy;
    const root = open({ path: join(dataDir, 'data.mdb'), noSubdir: true, maxDbs: 128, encoding: 'json' });
    expect(await root.openDB('meta', { encoding: 'json' }).remove('journal')).to.equal(true);
    await root.close();
    writeFileSync(join(dataDir, 'format.json'), '{"format":2}');
    for (const _id of ['c', 'd']) await closeStore(await insert(_id));
    const found = await (await openStore()).conversations.find({}, { sort: { _id: 1 } }).toArray();
    expect(found.map(({ _id }) => _id)).to.deep.equal(['a', 'b', 'c', 'd']);
    expect(readFileSync(join(dataDir, 'format.json'), 'utf8')).to.equal('{"format":3,"schema":1}\n');
  });

  it('opens a folder whose making was interrupted', async () => {
    writeFileSync(join(dataDir, 'data.mdb'), '');
    await (await openStore()).ping();
    expect(existsSync(join(dataDir, 'format.json'))).to.equal(true);
  });

  it('opens a file that is short of free pages at its end only', async function () {
    this.timeout(20_000);
    const store = await openStore();
    const inserts = Array.from({ length: 500 }, (_, i) =>
      store.messages.insertOne(aMessage({ _id: `m${i}`, text: 'x'.repeat(500) })),
    );
    await Promise.all(inserts);
    await closeStore(store);
    // What LMDB leaves when the last pages were given back in the transaction that took them.
    const path = join(dataDir, 'data.mdb');
    const bytes = readFileSync(path);
    for (const meta of [0, 4096]) bytes.writeBigUInt64LE(bytes.readBigUInt64LE(meta + 144) + 3n, meta + 144);
    writeFileSync(path, bytes);
    const again = await openStore();
    expect(await again.messages.countDocuments({})).to.equal(500);
  });

  it('has an entry for each agent whom a note names, and none of other messages or of a note that is gone', async () => {
    const entries = async () => {
      const root = open<unknown, string>({ path: join(dataDir, 'data.mdb'), noSubdir: true, maxDbs: 128 });
      const keys = [
        ...root
          .openDB<string, string>('messages.mentioned', { ...KEY_OPTIONS, encoding: 'string' })
          .getKeys({ start: '\x00', end: '\xff' }),
      ];
      await root.close();
      return keys.length;
    };
    const first = await openStore();
    await first.messages.insertOne(aMessage({ _id: 'm' }));
    await first.messages.insertOne(aMessage({ _id: 'a', direction: 'note', mentions: ['ana', 'ben'] }));
    await first.messages.insertOne(aMessage({ _id: 'b', direction: 'note', mentions: ['ana'] }));
    await closeStore(first);
    expect(await entries()).to.equal(3);
    const second = await openStore();
    await second.messages.updateOne({ _id: 'a' }, { $set: { at: 5 } });
    await second.messages.deleteOne({ _id: 'b' });
    expect(await second.messages.countDocuments({ mentions: 'ana' })).to.equal(1);
    await closeStore(second);
    expect(await entries()).to.equal(2);
    const third = await openStore();
    await third.messages.deleteOne({ _id: 'a' });
    await closeStore(third);
    expect(await entries()).to.equal(0);
  });

  it('builds indexes that are missing or declared otherwise, and drops those that are not declared', async () => {
    const store = await openStore();
    const inserts = Array.from({ length: 2500 }, (_, i) =>
      store.conversations.insertOne(
        aConversation({ _id: `c${i}`, changedAt: i, desk: i % 5 ? 'closed' : 'open' }),
      ),
    );
    await Promise.all(inserts);
    await closeStore(store);

    const root = open<unknown, string>({
      path: join(dataDir, 'data.mdb'),
      noSubdir: true,
      maxDbs: 128,
      encoding: 'json',
    });
    const meta = root.openDB<Record<string, string>, string>('meta', { encoding: 'json' });
    const { desk: _, ...declared } = meta.get('indexes.conversations')!;
    await meta.put('indexes.conversations', { ...declared, changed: 'otherwise', retired: '[]' });
    await root.openDB('conversations.desk', {}).drop();
    const changed = root.openDB<string, string>('conversations.changed', {
      encoding: 'string',
      ...KEY_OPTIONS,
    });
    const wrong = entryOf({ name: 'changed', keys: { changedAt: 1 } }, { _id: 'c7', changedAt: 1e6 });
    for (const key of keysOf(wrong)) await changed.put(key, '');
    await root.openDB('conversations.retired', {}).put('x', 'x');
    await root.close();

    const logged: object[] = [];
    const log = { warn: () => {}, info: (details: object) => logged.push(details) };
    const again = await openEmbeddedStore({ dataDir, onUnindexed: 'throw', log });
    opened.push(again);
    expect(logged).to.deep.equal([
      { collection: 'conversations', index: 'changed', documents: 2500 },
      { collection: 'conversations', index: 'desk', documents: 2500 },
    ]);
    expect(await again.conversations.countDocuments({ desk: 'open' })).to.equal(500);
    expect(await again.conversations.findOne({}, { sort: { changedAt: -1 } })).to.include({ _id: 'c2499' });
    await closeStore(again);

    logged.length = 0;
    opened.push(await openEmbeddedStore({ dataDir, onUnindexed: 'throw', log }));
    expect(logged, 'built once').to.deep.equal([]);
  });

  it('is for nobody else to read, and begins nothing at rest that it does not delete', async () => {
    const folder = join(dataDir, 'own');
    const store = await openEmbeddedStore({ dataDir: folder, onUnindexed: 'throw' });
    opened.push(store);
    expect(statSync(folder).mode & 0o777).to.equal(0o700);
    await store.ping();
    const journals = () => readdirSync(folder).filter((name) => name.startsWith('journal'));
    expect(journals()).to.have.length(1);
    while (journals().length > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  describe('on a full disk', () => {
    /** As the system would answer when the disk is full: a write is cut short, then fails. */
    const limitFiles = (bytes: number | 'unlimited') =>
      execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);

    // Each would end the service, but mocha says nothing of it.
    let unhandled: unknown[];
    const note = (reason: unknown) => unhandled.push(reason);

    beforeEach(() => {
      sinon.stub(console, 'error'); // lmdb writes of it there
      unhandled = [];
      process.on('unhandledRejection', note);
    });

    afterEach(() => {
      process.off('unhandledRejection', note);
      sinon.restore();
      limitFiles('unlimited');
    });

    /** Writes until the disk has refused a hundred. Each has a set of fields of its own now and then. */
    async function fillUp(store: Store) {
      const written = new Set<string>();
      const refused = new Set<string>();
      const write = async (_id: string) => {
        const provider = { [`f${_id.slice(0, 3)}`]: 1 };
        try {
          await store.messages.insertOne(aMessage({ _id, text: 'x'.repeat(800), nextAt: 1, provider }));
          await store.durable();
          written.add(_id);
        } catch (error) {
          expect(error).to.be.instanceOf(SwitchboardError).and.to.include({ code: 'store_unavailable' });
          expect(error).to.have.property('cause').that.is.an('error');
          refused.add(_id);
        }
      };
      for (let round = 100; refused.size < 100; round++) {
        await Promise.all(Array.from({ length: 30 }, (_, i) => write(`${round}-${i}`)));
      }
      return { written, refused };
    }

    async function expectWhole(store: Store, written: Iterable<string>): Promise<string[]> {
      const all = await store.messages.find({}).toArray();
      const ids = all.map(({ _id }) => _id);
      expect(ids).to.include.members([...written]);
      const due = await store.messages.find({ nextAt: { $lte: 1 } }, { sort: { nextAt: 1 } }).toArray();
      expect(due).to.have.deep.members(all);
      expect(await store.messages.countDocuments({ conversationId: 'c' })).to.equal(all.length);
      return ids;
    }

    it('refuses to call writes durable, and makes them durable when there is room again', async function () {
      this.timeout(20_000);
      const store = await openStore();
      limitFiles(200_000);
      const { written, refused } = await fillUp(store);
      expect(written.size).to.be.greaterThan(20);
      expect(await rejection(store.ping())).to.include({ code: 'store_unavailable' });
      const late = aMessage({ _id: 'late', nextAt: 1 });
      expect(await rejection(store.messages.insertOne(late)), 'takes no more').to.include({
        code: 'store_unavailable',
      });
      const held = await expectWhole(store, written);

      limitFiles('unlimited');
      await store.messages.insertOne(late);
      await store.durable();
      await store.ping();
      expect(await expectWhole(store, written)).to.have.members([...held, 'late']);
      await closeStore(store);
      expect(await expectWhole(await openStore(), written)).to.have.members([...held, 'late']);
      expect(held.length).to.be.below(written.size + refused.size);
      expect(unhandled).to.deep.equal([]);
    });

    it('leaves nothing out of the journal that a checkpoint could not move', async function () {
      this.timeout(20_000);
      const warnings: string[] = [];
      const log = { warn: (_: object, message: string) => warnings.push(message), info: () => {} };
      const store = await openEmbeddedStore({ dataDir, onUnindexed: 'throw', log, many: 10 });
      opened.push(store);
      limitFiles(readFileSync(join(dataDir, 'data.mdb')).length + 100_000);
      const { written } = await fillUp(store);
      expect(warnings).to.include('the disk refused a checkpoint: it is tried again');
      await closeStore(store).catch(() => {});
      limitFiles('unlimited');
      await expectWhole(await openStore(), written);
      expect(unhandled).to.deep.equal([]);
    });
  });

  describe('killed while it writes', () => {
    for (let run = 1; run <= 3; run++) {
      it(`has all that was durable, and documents and indexes agree (${run})`, async function () {
        this.timeout(30_000);
        const { child, lines } = await startWriter();
        // At no particular moment.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 500));
        child.kill('SIGKILL');
        await once(child, 'exit');

        const store = await openStore();
        const found = await store.conversations.find({}, { sort: { _id: 1 } }).toArray();
        const counts = new Map(found.map(({ _id, version }) => [_id, version]));
        expect(lines.length).to.be.greaterThan(0);
        for (const line of lines) {
          const [id = '', version] = line.split(' ');
          expect(counts.get(id), id).to.be.at.least(Number(version));
        }
        const byIndex = {
          changed: await store.conversations.find({}, { sort: { changedAt: 1 } }).toArray(),
          desk: await store.conversations.find({ desk: { $in: ['open', 'active'] } }).toArray(),
          customer: await store.conversations.find({ customer: '15550100001' }).toArray(),
        };
        for (const [index, documents] of Object.entries(byIndex)) {
          expect(documents, index).to.have.deep.members(found);
        }
        const due = await store.conversations.find({ dueAt: { $gte: 0 } }, { sort: { dueAt: 1 } }).toArray();
        expect(due).to.have.deep.members(found.filter(({ dueAt }) => dueAt !== undefined));
        const owned = await store.conversations.find({ agentId: { $exists: true } }).toArray();
        expect(owned).to.have.deep.members(found.filter(({ agentId }) => agentId !== undefined));
        // A write and a look at each, that a damaged page would not stand.
        for (const { _id } of found) await store.conversations.updateOne({ _id }, { $inc: { version: 1 } });
      });
    }
  });

  it('can be copied as a folder once it is closed', async () => {
    const store = await openStore();
    await store.conversations.insertOne(aConversation({ _id: 'a' }));
    await closeStore(store);
    const copy = await temporaryFolder();
    cpSync(dataDir, copy, { recursive: true });
    const restored = await openEmbeddedStore({ dataDir: copy, onUnindexed: 'throw' });
    expect(await restored.conversations.countDocuments({})).to.equal(1);
    await restored.close();
    rmSync(copy, { recursive: true });
  });
});

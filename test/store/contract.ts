import { expect } from 'chai';
import { type Collection, insertOnce, isDuplicateKey } from '../../src/store/collection.ts';
import type { ConversationDoc, Store } from '../../src/store/documents.ts';
import { COLLECTION_NAMES, documentsOf } from '../../src/store/schema.ts';
import { rejection } from '../support/rejection.ts';
import type { TemporaryStore } from '../support/stores.ts';
import { aConversation, aMessage, anAgent } from './documents.ts';

/** What every engine has to do the same. `open` gives a fresh, empty store. */
export function describeStore(engine: string, open: () => Promise<TemporaryStore>): void {
  describe(`the store on ${engine}`, () => {
    let temporary: TemporaryStore;
    let store: Store;
    let conversations: Collection<ConversationDoc>;

    before(async function () {
      this.timeout(30_000);
      temporary = await open();
      ({ store } = temporary);
      ({ conversations } = store);
    });

    afterEach(() => empty(store));

    after(() => temporary.dispose());

    describe('insertOne', () => {
      it('stores what findOne gives back', async () => {
        const conversation = aConversation({
          _id: 'a',
          locale: 'zh-Hant',
          botState: '{"step":"menu","$odd.key":"naïve 🙂"}',
          inbox: ['in:1', 'in:2'],
          stretches: [{ place: 'open', since: 5, reason: 'handed_off' }],
          pending: [aMessage({ _id: 'out:1:0' })],
          handoff: {
            reason: 'customer_asked',
            summary: '',
            context: '{"order":[1,2.5,null,{"deep":true}]}',
          },
        });
        await conversations.insertOne(conversation);
        expect(await conversations.findOne({ _id: 'a' })).to.deep.equal(conversation);
      });

      it('leaves out fields that are undefined', async () => {
        const { locale: _, ...conversation } = aConversation({ _id: 'a' });
        await conversations.insertOne(Object.assign({ ...conversation }, { locale: undefined }));
        expect(await conversations.findOne({ _id: 'a' })).to.deep.equal(conversation);
      });

      it('refuses a second document with the same _id and keeps the first', async () => {
        await conversations.insertOne(aConversation({ _id: 'a', version: 1 }));
        const error = await rejection(conversations.insertOne(aConversation({ _id: 'a', version: 2 })));
        expect(isDuplicateKey(error)).to.equal(true);
        expect(await conversations.findOne({ _id: 'a' })).to.include({ version: 1 });
        expect(await conversations.countDocuments({})).to.equal(1);
      });

      it('once says whether it was the first, and hides no other failure', async () => {
        expect(await insertOnce(conversations, aConversation({ _id: 'a', version: 1 }))).to.equal(true);
        expect(await insertOnce(conversations, aConversation({ _id: 'a', version: 2 }))).to.equal(false);
        expect(await conversations.findOne({ _id: 'a' })).to.include({ version: 1 });
        const away = new Error('The store is away.');
        const refused = insertOnce({ insertOne: () => Promise.reject(away) }, aConversation({ _id: 'b' }));
        expect(await rejection(refused)).to.equal(away);
      });

      it('lets one of many at once have the _id', async () => {
        const results = await Promise.allSettled(
          Array.from({ length: 20 }, (_, version) =>
            conversations.insertOne(aConversation({ _id: 'a', version })),
          ),
        );
        expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
        for (const result of results) {
          if (result.status === 'rejected') expect(isDuplicateKey(result.reason)).to.equal(true);
        }
      });

      it('keeps texts of any kind, also in an _id', async () => {
        for (const text of ['', '\u0000\u0001', 'é', '🙂', '\uffff', 'x'.repeat(20_000)]) {
          const message = aMessage({ _id: `out:${text.slice(0, 50)}`, text });
          await store.messages.insertOne(message);
          expect(await store.messages.findOne({ _id: message._id })).to.deep.equal(message);
        }
      });
    });

    describe('findOne and find', () => {
      it('find nothing where nothing is', async () => {
        expect(await conversations.findOne({ _id: 'a' })).to.equal(null);
        expect(await conversations.find({ _id: { $in: ['a', 'b'] } }).toArray()).to.deep.equal([]);
        expect(await conversations.find({}).toArray()).to.deep.equal([]);
      });

      it('find by _id with further conditions', async () => {
        await conversations.insertOne(aConversation({ _id: 'a', version: 3, leaseId: 'w' }));
        expect(await conversations.findOne({ _id: 'a', version: 3 })).to.include({ _id: 'a' });
        expect(await conversations.findOne({ _id: 'a', version: 2 })).to.equal(null);
        expect(await conversations.findOne({ _id: 'a', leaseId: 'w', version: { $gte: 3 } })).to.include({
          _id: 'a',
        });
        expect(await conversations.findOne({ _id: 'a', leaseId: { $exists: false } })).to.equal(null);
        expect(await conversations.findOne({ _id: 'a', agentId: { $exists: false } })).to.include({
          _id: 'a',
        });
        expect(await conversations.findOne({ _id: 'a', version: { $ne: 3 } })).to.equal(null);
      });

      it('find by several _ids, once each', async () => {
        for (const _id of ['a', 'b', 'c']) await conversations.insertOne(aConversation({ _id }));
        const found = await conversations
          .find({ _id: { $in: ['c', 'a', 'c', 'x'] } }, { sort: { _id: 1 } })
          .toArray();
        expect(ids(found)).to.deep.equal(['a', 'c']);
      });

      it('find a range of _ids, in either direction', async () => {
        for (const _id of ['a-1', 'a-2', 'a-3', 'b-1']) await conversations.insertOne(aConversation({ _id }));
        const range = { _id: { $gte: 'a-', $lt: 'a.' } };
        expect(ids(await conversations.find(range, { sort: { _id: 1 } }).toArray())).to.deep.equal([
          'a-1',
          'a-2',
          'a-3',
        ]);
        expect(ids(await conversations.find(range, { sort: { _id: -1 } }).toArray())).to.deep.equal([
          'a-3',
          'a-2',
          'a-1',
        ]);
        const between = { _id: { $gt: 'a-1', $lte: 'a-3' } };
        expect(ids(await conversations.find(between, { sort: { _id: -1 } }).toArray())).to.deep.equal([
          'a-3',
          'a-2',
        ]);
        const from = { _id: { $gte: 'a-2' } };
        expect(ids(await conversations.find(from, { sort: { _id: -1 }, limit: 5 }).toArray())).to.deep.equal([
          'b-1',
          'a-3',
          'a-2',
        ]);
      });

      it('find everything by _id when nothing is asked for', async () => {
        for (const _id of ['b', 'a', 'c']) await conversations.insertOne(aConversation({ _id }));
        expect(ids(await conversations.find({}, { sort: { _id: 1 } }).toArray())).to.deep.equal([
          'a',
          'b',
          'c',
        ]);
        expect(ids(await conversations.find({}).toArray())).to.have.members(['a', 'b', 'c']);
      });

      it('hand out documents that no later write changes', async () => {
        await conversations.insertOne(aConversation({ _id: 'a' }));
        const before = await conversations.findOne({ _id: 'a' });
        await conversations.updateOne({ _id: 'a' }, { $push: { inbox: 'later' }, $set: { priority: 9 } });
        expect(before).to.deep.equal(aConversation({ _id: 'a' }));
      });

      it('page through what changed', async () => {
        for (let i = 0; i < 10; i++) {
          await conversations.insertOne(
            aConversation({ _id: `c${i}`, changedAt: 100 + i, desk: i % 2 ? 'open' : 'active' }),
          );
        }
        const after = await conversations
          .find({ changedAt: { $gt: 103 } }, { sort: { changedAt: 1 }, limit: 3 })
          .toArray();
        expect(ids(after)).to.deep.equal(['c4', 'c5', 'c6']);
        const newest = await conversations.find({}, { sort: { changedAt: -1 }, limit: 2 }).toArray();
        expect(ids(newest)).to.deep.equal(['c9', 'c8']);
        const open = await conversations
          .find({ desk: 'open' }, { sort: { changedAt: -1 }, limit: 2 })
          .toArray();
        expect(ids(open)).to.deep.equal(['c9', 'c7']);
        const next = await conversations
          .find({ desk: 'open', changedAt: { $lt: 107 } }, { sort: { changedAt: -1 }, limit: 2 })
          .toArray();
        expect(ids(next)).to.deep.equal(['c5', 'c3']);
      });

      it('page with a cursor that breaks ties by _id', async () => {
        for (const _id of ['a', 'b', 'c', 'd'])
          await conversations.insertOne(aConversation({ _id, changedAt: 7 }));
        await conversations.insertOne(aConversation({ _id: 'e', changedAt: 6 }));
        const page = await conversations
          .find(
            { $or: [{ changedAt: { $lt: 7 } }, { changedAt: 7, _id: { $lt: 'c' } }] },
            { sort: { changedAt: -1, _id: -1 }, limit: 3 },
          )
          .toArray();
        expect(ids(page)).to.deep.equal(['b', 'a', 'e']);
      });

      it('sort a queue by priority and then by waiting time', async () => {
        const waiting: [string, number, number][] = [
          ['a', 0, 1],
          ['b', 5, 9],
          ['c', 5, 2],
          ['d', 1, 0],
        ];
        for (const [_id, priority, queuedAt] of waiting) {
          await conversations.insertOne(
            aConversation({ _id, priority, queuedAt, state: 'open', queueId: 'support' }),
          );
        }
        await conversations.insertOne(
          aConversation({ _id: 'x', priority: 9, state: 'active', queueId: 'support' }),
        );
        await conversations.insertOne(
          aConversation({ _id: 'y', priority: 9, state: 'open', queueId: 'sales', queuedAt: 0 }),
        );
        await conversations.insertOne(aConversation({ _id: 'z', priority: 9, state: 'open' }));
        const found = await conversations
          .find({ queueId: 'support', state: 'open' }, { sort: { priority: -1, queuedAt: 1 } })
          .toArray();
        expect(ids(found)).to.deep.equal(['c', 'b', 'd', 'a']);
        const ofBoth = await conversations
          .find(
            { queueId: { $in: ['support', 'sales'] }, state: 'open' },
            { sort: { priority: -1, queuedAt: 1 }, limit: 3 },
          )
          .toArray();
        expect(ids(ofBoth)).to.deep.equal(['y', 'c', 'b']);
      });

      it('find by several values and sort over all of them', async () => {
        const states = ['open', 'active', 'waiting', 'closed'] as const;
        for (let i = 0; i < 8; i++) {
          await conversations.insertOne(aConversation({ _id: `c${i}`, state: states[i % 4]!, changedAt: i }));
        }
        const found = await conversations
          .find({ state: { $in: ['waiting', 'open'] } }, { sort: { changedAt: -1 }, limit: 3 })
          .toArray();
        expect(ids(found)).to.deep.equal(['c6', 'c4', 'c2']);
      });

      it('find what an agent has, newest first', async () => {
        for (let i = 0; i < 4; i++) {
          await conversations.insertOne(
            aConversation({ _id: `c${i}`, agentId: i === 2 ? 'bob' : 'ada', changedAt: i }),
          );
        }
        await conversations.insertOne(aConversation({ _id: 'x', changedAt: 9 }));
        const found = await conversations.find({ agentId: 'ada' }, { sort: { changedAt: -1 } }).toArray();
        expect(ids(found)).to.deep.equal(['c3', 'c1', 'c0']);
        const active = { agentId: 'ada', state: { $in: ['active' as const, 'wrap_up' as const] } };
        expect(await conversations.countDocuments(active)).to.equal(3);
      });

      it('find a transcript in order', async () => {
        const lines: [string, number, number][] = [
          ['b', 5, 2],
          ['a', 5, 1],
          ['c', 9, 0],
          ['d', 1, 7],
        ];
        for (const [_id, at, sequence] of lines) {
          await store.messages.insertOne(
            aMessage({ _id, at, sequence, conversationId: 'c', session: _id === 'd' ? 1 : 2 }),
          );
        }
        await store.messages.insertOne(aMessage({ _id: 'x', at: 5, conversationId: 'cc' }));
        const all = await store.messages
          .find({ conversationId: 'c' }, { sort: { at: 1, sequence: 1 } })
          .toArray();
        expect(ids(all)).to.deep.equal(['d', 'a', 'b', 'c']);
        const last = await store.messages
          .find({ conversationId: 'c', session: 2 }, { sort: { at: -1, sequence: -1 }, limit: 2 })
          .toArray();
        expect(ids(last)).to.deep.equal(['c', 'b']);
      });

      it('find what is outstanding or in trouble by its partial index', async () => {
        await store.messages.insertOne(aMessage({ _id: 'a', outstanding: 'c', sequence: 2, nextAt: 5 }));
        await store.messages.insertOne(aMessage({ _id: 'b', outstanding: 'c', sequence: 1, nextAt: 9 }));
        await store.messages.insertOne(aMessage({ _id: 'd', problem: 'unknown', changedAt: 4 }));
        await store.messages.insertOne(aMessage({ _id: 'e', problem: 'failed', changedAt: 3 }));
        expect(await store.messages.findOne({ outstanding: 'c' }, { sort: { sequence: 1 } })).to.include({
          _id: 'b',
        });
        expect(await store.messages.findOne({ outstanding: 'c', sequence: { $lt: 1 } })).to.equal(null);
        expect(
          ids(await store.messages.find({ nextAt: { $lte: 5 } }, { sort: { nextAt: 1 } }).toArray()),
        ).to.deep.equal(['a']);
        expect(
          ids(
            await store.messages.find({ problem: { $exists: true } }, { sort: { changedAt: 1 } }).toArray(),
          ),
        ).to.deep.equal(['e', 'd']);
        expect(await store.messages.countDocuments({ problem: { $exists: true } })).to.equal(2);
        expect(await store.messages.countDocuments({ problem: 'failed' })).to.equal(1);
      });

      it('find sessions, and an agent by the token', async () => {
        for (let session = 1; session <= 3; session++) {
          await store.sessions.insertOne({
            _id: `c:${session}`,
            conversationId: 'c',
            session,
            startedAt: 0,
            endedAt: 1,
            outcome: 'resolved',
            stretches: [],
            closedBy: { kind: 'bot' },
          });
        }
        expect(await store.sessions.findOne({ conversationId: 'c', session: 2 })).to.include({ _id: 'c:2' });
        expect(
          ids(await store.sessions.find({ conversationId: 'c' }, { sort: { session: -1 } }).toArray()),
        ).to.deep.equal(['c:3', 'c:2', 'c:1']);
        await store.agents.insertOne(anAgent({ _id: 'ada', tokenHash: 'f00' }));
        expect(await store.agents.findOne({ tokenHash: 'f00' })).to.include({ _id: 'ada' });
        expect(await store.agents.findOne({ tokenHash: 'f0' })).to.equal(null);
      });

      it('compare values of one type only', async () => {
        await store.messages.insertOne(aMessage({ _id: 'a' }));
        await store.messages.insertOne(aMessage({ _id: 'b', nextAt: -1.5 }));
        await store.messages.insertOne(aMessage({ _id: 'c', nextAt: 0 }));
        expect(
          ids(await store.messages.find({ nextAt: { $lt: 100 } }, { sort: { nextAt: 1 } }).toArray()),
        ).to.deep.equal(['b', 'c']);
      });

      it('find notes by whom they name, newest first', async () => {
        const note = (_id: string, at: number, mentions?: string[]) =>
          store.messages.insertOne(aMessage({ _id, at, direction: 'note', ...(mentions && { mentions }) }));
        await note('a', 1, ['ana']);
        await note('b', 2, ['ben', 'ana']);
        await note('c', 3, ['ben']);
        await note('d', 4);
        const named = (agent: string, until: number) =>
          store.messages.find({ mentions: agent, at: { $lte: until } }, { sort: { at: -1 } }).toArray();
        expect(ids(await named('ana', 9))).to.deep.equal(['b', 'a']);
        expect(ids(await named('ben', 2))).to.deep.equal(['b']);
        expect(await store.messages.countDocuments({ mentions: 'ben', at: { $gt: 1 } })).to.equal(2);
        await store.messages.updateOne({ _id: 'b' }, { $set: { text: 'x' } });
        await store.messages.deleteOne({ _id: 'a' });
        expect(ids(await named('ana', 9))).to.deep.equal(['b']);
      });

      it('match inside arrays and objects', async () => {
        await conversations.insertOne(
          aConversation({
            _id: 'a',
            inbox: ['in:1'],
            stretches: [{ place: 'open', since: 5, reason: 'handed_off' }],
            pending: [aMessage({ _id: 'm' })],
          }),
        );
        expect(await conversations.findOne({ _id: 'a', inbox: 'in:1' })).to.include({ _id: 'a' });
        expect(await conversations.findOne({ _id: 'a', inbox: { $ne: 'in:1' } })).to.equal(null);
        expect(await conversations.findOne({ _id: 'a', inbox: { $size: 1 } })).to.include({ _id: 'a' });
        expect(await conversations.findOne({ _id: 'a', events: [] })).to.include({ _id: 'a' });
        expect(await conversations.findOne({ _id: 'a', 'pending._id': 'm' })).to.include({ _id: 'a' });
        expect(
          await conversations.findOne({ _id: 'a', timers: { $elemMatch: { at: { $gt: 5 } } } }),
        ).to.equal(null);
      });
    });

    describe('updateOne', () => {
      it('sets, unsets and counts', async () => {
        await conversations.insertOne(aConversation({ _id: 'a', agentId: 'ada', dueAt: 4 }));
        const result = await conversations.updateOne(
          { _id: 'a', version: 0 },
          {
            $set: { state: 'closed', locale: 'es' },
            $unset: { agentId: '', dueAt: '' },
            $inc: { version: 1, wake: -2 },
          },
        );
        expect(result).to.include({ matchedCount: 1, modifiedCount: 1, upsertedCount: 0 });
        expect(await conversations.findOne({ _id: 'a' })).to.deep.equal(
          aConversation({ _id: 'a', state: 'closed', locale: 'es', version: 1, wake: -2 }),
        );
      });

      it('does nothing when nothing matches', async () => {
        await conversations.insertOne(aConversation({ _id: 'a' }));
        const result = await conversations.updateOne({ _id: 'a', version: 9 }, { $set: { state: 'closed' } });
        expect(result).to.include({ matchedCount: 0, modifiedCount: 0, upsertedCount: 0 });
        expect(await conversations.findOne({ _id: 'a' })).to.include({ state: 'active' });
      });

      it('says when it changed nothing', async () => {
        await conversations.insertOne(aConversation({ _id: 'a', inbox: ['x'] }));
        const result = await conversations.updateOne(
          { _id: 'a' },
          {
            $set: { state: 'active', inbox: ['x'] },
            $unset: { agentId: '' },
            $min: { changedAt: 5 },
            $pull: { handled: 'y' },
          },
        );
        expect(result).to.include({ matchedCount: 1, modifiedCount: 0 });
      });

      it('leaves alone what is set to undefined', async () => {
        await conversations.insertOne(aConversation({ _id: 'a', locale: 'es' }));
        await conversations.updateOne({ _id: 'a' }, { $set: { locale: undefined as never, version: 1 } });
        expect(await conversations.findOne({ _id: 'a' })).to.include({ locale: 'es', version: 1 });
      });

      it('pushes, keeps the last of a list, pulls, and adds once', async () => {
        await conversations.insertOne(aConversation({ _id: 'a' }));
        await conversations.updateOne({ _id: 'a' }, { $push: { inbox: 'in:1' } });
        await conversations.updateOne({ _id: 'a' }, { $push: { inbox: { $each: ['in:2', 'in:3'] } } });
        await conversations.updateOne(
          { _id: 'a' },
          { $push: { handled: { $each: ['h1', 'h2', 'h3'], $slice: -2 } } },
        );
        await conversations.updateOne(
          { _id: 'a' },
          { $pull: { inbox: 'in:2' }, $addToSet: { handled: 'h2' } },
        );
        await conversations.updateOne({ _id: 'a' }, { $addToSet: { handled: { $each: ['h3', 'h4'] } } });
        await conversations.updateOne({ _id: 'a' }, { $pull: { inbox: { $in: ['in:3', 'in:9'] } } });
        expect(await conversations.findOne({ _id: 'a' })).to.deep.include({
          inbox: ['in:1'],
          handled: ['h2', 'h3', 'h4'],
        });
      });

      it('pulls objects by what they hold', async () => {
        const pending = [
          aMessage({ _id: 'm1', sequence: 1 }),
          aMessage({ _id: 'm2', sequence: 2 }),
          aMessage({ _id: 'm3', sequence: 3 }),
        ];
        await conversations.insertOne(
          aConversation({
            _id: 'a',
            pending,
            stretches: [{ place: 'open', since: 5, reason: 'handed_off' }],
          }),
        );
        await conversations.updateOne(
          { _id: 'a' },
          { $pull: { pending: { _id: 'm2' }, stretches: { reason: 'handed_off' } } },
        );
        await conversations.updateOne({ _id: 'a' }, { $pull: { pending: { sequence: { $lte: 1 } } } });
        const found = await conversations.findOne({ _id: 'a' });
        expect(ids(found!.pending)).to.deep.equal(['m3']);
        expect(found!.stretches).to.deep.equal([]);
      });

      it('lowers with $min and raises with $max, also what is missing', async () => {
        await conversations.insertOne(aConversation({ _id: 'a', changedAt: 5 }));
        await conversations.updateOne(
          { _id: 'a' },
          { $min: { dueAt: 7 }, $max: { changedAt: 6, queuedAt: 1 } },
        );
        expect(await conversations.findOne({ _id: 'a' })).to.include({ dueAt: 7, changedAt: 6, queuedAt: 1 });
        await conversations.updateOne({ _id: 'a' }, { $min: { dueAt: 3 }, $max: { changedAt: 2 } });
        expect(await conversations.findOne({ _id: 'a' })).to.include({ dueAt: 3, changedAt: 6 });
        expect(await conversations.findOne({ dueAt: { $lte: 3 } })).to.include({ _id: 'a' });
      });

      it('reaches into objects and arrays', async () => {
        await conversations.insertOne(
          aConversation({
            _id: 'a',
            handoff: { reason: 'r', summary: 's', context: '{}' },
            pending: [aMessage({ _id: 'm' })],
          }),
        );
        await conversations.updateOne({ _id: 'a' }, { $set: { 'handoff.summary': 'new' } });
        await conversations.updateOne(
          { _id: 'a', 'pending._id': 'm' },
          { $set: { 'pending.0.text': 'changed' } },
        );
        const found = await conversations.findOne({ _id: 'a' });
        expect(found!.handoff!.summary).to.equal('new');
        expect(found!.pending[0]!.text).to.equal('changed');
      });

      it('inserts when asked to and nothing matches, with what holds then only', async () => {
        const { _id, wake, inbox, dueAt, ...rest } = { dueAt: 0, ...aConversation({ _id: 'a' }) };
        const arrive = (reference: string, now: number) =>
          conversations.updateOne(
            { _id },
            { $inc: { wake: 1 }, $push: { inbox: reference }, $min: { dueAt: now }, $setOnInsert: rest },
            { upsert: true },
          );
        expect(await arrive('in:1', 10)).to.include({ matchedCount: 0, modifiedCount: 0, upsertedCount: 1 });
        expect(await arrive('in:2', 12)).to.include({ matchedCount: 1, modifiedCount: 1, upsertedCount: 0 });
        const expected = { ...rest, _id, wake: 2, inbox: ['in:1', 'in:2'], dueAt: 10 };
        expect(await conversations.findOne({ _id })).to.deep.equal(expected);
      });

      it('cuts a list that it makes', async () => {
        const { _id, handled, ...rest } = aConversation({ _id: 'a' });
        await conversations.updateOne(
          { _id },
          { $push: { handled: { $each: ['1', '2', '3'], $slice: -2 } }, $setOnInsert: rest },
          { upsert: true },
        );
        expect(await conversations.findOne({ _id })).to.deep.include({ handled: ['2', '3'] });
      });

      it('takes equalities of the filter into what it inserts, and nothing else', async () => {
        await store.idempotency.updateOne(
          { _id: 'k', requestHash: 'h', lockedUntil: { $lt: 5 } },
          { $set: { expiresAt: 9 } },
          { upsert: true },
        );
        expect(await store.idempotency.findOne({ _id: 'k' })).to.deep.equal({
          _id: 'k',
          requestHash: 'h',
          expiresAt: 9,
        });
      });

      it('refuses to insert an _id that is there but does not match', async () => {
        await conversations.insertOne(aConversation({ _id: 'a', version: 5 }));
        const error = await rejection(
          conversations.updateOne({ _id: 'a', version: 4 }, { $set: { state: 'closed' } }, { upsert: true }),
        );
        expect(isDuplicateKey(error)).to.equal(true);
        expect(await conversations.findOne({ _id: 'a' })).to.include({ version: 5, state: 'active' });
      });

      it('refuses what MongoDB refuses, and changes nothing then', async () => {
        const conversation = aConversation({ _id: 'a' });
        await conversations.insertOne(conversation);
        const updates = [
          { $inc: { state: 1 } },
          { $push: { version: 1 } },
          { $set: { version: 1 }, $inc: { version: 1 } },
          { $set: { version: 7, _id: 'b' } },
        ];
        for (const update of updates) {
          expect(await rejection(conversations.updateOne({ _id: 'a' }, update as never))).to.be.an('error');
          expect(await conversations.findOne({ _id: 'a' })).to.deep.equal(conversation);
        }
      });

      it('loses no count when many count at once', async () => {
        await conversations.insertOne(aConversation({ _id: 'a' }));
        await Promise.all(
          Array.from({ length: 200 }, (_, i) =>
            conversations.updateOne({ _id: 'a' }, { $inc: { wake: 1 }, $push: { inbox: `in:${i}` } }),
          ),
        );
        const found = await conversations.findOne({ _id: 'a' });
        expect(found!.wake).to.equal(200);
        expect(new Set(found!.inbox).size).to.equal(200);
      });

      it('inserts once when many upsert at once', async () => {
        await Promise.all(
          Array.from({ length: 20 }, async () => {
            // A server may let two find nothing; the one that loses tries again, as callers do.
            const count = () =>
              store.idempotency.updateOne({ _id: 'k' }, { $inc: { expiresAt: 1 } }, { upsert: true });
            await count().catch((error) => (isDuplicateKey(error) ? count() : Promise.reject(error)));
          }),
        );
        expect(await store.idempotency.findOne({ _id: 'k' })).to.deep.include({ expiresAt: 20 });
      });
    });

    describe('findOneAndUpdate', () => {
      it('gives the document before or after', async () => {
        await conversations.insertOne(aConversation({ _id: 'a' }));
        const before = await conversations.findOneAndUpdate(
          { _id: 'a' },
          { $inc: { version: 1 } },
          { returnDocument: 'before' },
        );
        expect(before).to.deep.equal(aConversation({ _id: 'a' }));
        const after = await conversations.findOneAndUpdate(
          { _id: 'a' },
          { $inc: { version: 1 } },
          { returnDocument: 'after' },
        );
        expect(after).to.deep.equal(aConversation({ _id: 'a', version: 2 }));
        expect(
          await conversations.findOneAndUpdate(
            { _id: 'x' },
            { $inc: { version: 1 } },
            { returnDocument: 'after' },
          ),
        ).to.equal(null);
      });

      it('takes the first in order', async () => {
        for (const [_id, dueAt] of [
          ['a', 30],
          ['b', 10],
          ['c', 20],
        ] as const) {
          await conversations.insertOne(aConversation({ _id, dueAt, leaseUntil: _id === 'b' ? 99 : 0 }));
        }
        const claimed = await conversations.findOneAndUpdate(
          { dueAt: { $lte: 50 }, leaseUntil: { $lt: 50 } },
          { $set: { leaseUntil: 80, leaseId: 'w' } },
          { sort: { dueAt: 1 }, returnDocument: 'after' },
        );
        expect(claimed).to.include({ _id: 'c', leaseUntil: 80, leaseId: 'w' });
      });

      it('upserts', async () => {
        const lock = (until: number, returnDocument: 'before' | 'after') =>
          store.idempotency.findOneAndUpdate(
            { _id: 'k' },
            { $setOnInsert: { requestHash: 'h', expiresAt: until } },
            { upsert: true, returnDocument },
          );
        expect(await lock(1, 'after')).to.deep.equal({ _id: 'k', requestHash: 'h', expiresAt: 1 });
        expect(await lock(2, 'after')).to.include({ expiresAt: 1 });
        await store.idempotency.deleteOne({ _id: 'k' });
        expect(await lock(3, 'before')).to.equal(null);
        expect(await lock(4, 'before')).to.include({ expiresAt: 3 });
      });

      it('has one winner when twenty claim one document', async () => {
        for (let round = 0; round < 10; round++) {
          await conversations.updateOne(
            { _id: 'a' },
            {
              $set: { ...withoutId(aConversation({ _id: 'a', state: 'open', queueId: 'q', queuedAt: 1 })) },
              $unset: { agentId: '' },
            },
            { upsert: true },
          );
          const claims = await Promise.all(
            Array.from({ length: 20 }, (_, n) =>
              conversations.findOneAndUpdate(
                { queueId: 'q', state: 'open' },
                { $set: { state: 'active', agentId: `agent${n}` } },
                { sort: { priority: -1, queuedAt: 1 }, returnDocument: 'after' },
              ),
            ),
          );
          const won = claims.filter((claim) => claim !== null);
          expect(won).to.have.length(1);
          expect(await conversations.findOne({ _id: 'a' })).to.include({ agentId: won[0]!.agentId! });
        }
      });

      it('gives each of twenty claimers a document of its own', async () => {
        for (let i = 0; i < 20; i++) {
          await store.messages.insertOne(aMessage({ _id: `m${i}`, nextAt: i }));
        }
        const claims = await Promise.all(
          Array.from({ length: 25 }, () =>
            store.messages.findOneAndUpdate(
              { nextAt: { $lte: 50 } },
              { $set: { nextAt: 100, status: 'sending' }, $inc: { attempts: 1 } },
              { sort: { nextAt: 1 }, returnDocument: 'after' },
            ),
          ),
        );
        const claimed = claims.filter((claim) => claim !== null);
        expect(new Set(ids(claimed)).size).to.equal(20);
        expect(claimed).to.have.length(20);
        for (const message of claimed) expect(message.attempts).to.equal(1);
      });
    });

    describe('deleteOne', () => {
      it('deletes one that matches, and what found it', async () => {
        await conversations.insertOne(aConversation({ _id: 'a', dueAt: 5, version: 1 }));
        expect(await conversations.deleteOne({ _id: 'a', version: 2 })).to.include({ deletedCount: 0 });
        expect(await conversations.deleteOne({ _id: 'a', version: 1 })).to.include({ deletedCount: 1 });
        expect(await conversations.deleteOne({ _id: 'a' })).to.include({ deletedCount: 0 });
        expect(await conversations.findOne({ dueAt: { $lte: 9 } })).to.equal(null);
        await conversations.insertOne(aConversation({ _id: 'a' }));
      });

      it('deletes by an index', async () => {
        for (let i = 0; i < 3; i++)
          await store.idempotency.insertOne({ _id: `k${i}`, requestHash: '', expiresAt: i });
        await store.idempotency.deleteOne({ expiresAt: { $lt: 1 } });
        expect(ids(await store.idempotency.find({}).toArray())).to.have.members(['k1', 'k2']);
      });
    });

    describe('countDocuments', () => {
      it('counts all, some, and up to a limit', async () => {
        for (let i = 0; i < 10; i++) {
          await conversations.insertOne(
            aConversation({
              _id: `c${i}`,
              desk: i < 4 ? 'open' : 'closed',
              changedAt: i,
              number: String(i % 2),
            }),
          );
        }
        expect(await conversations.countDocuments({})).to.equal(10);
        expect(await conversations.countDocuments({ desk: 'open' })).to.equal(4);
        expect(await conversations.countDocuments({ desk: { $in: ['open', 'closed', 'waiting'] } })).to.equal(
          10,
        );
        expect(
          await conversations.countDocuments({ desk: 'closed', changedAt: { $gte: 5, $lt: 8 } }),
        ).to.equal(3);
        expect(await conversations.countDocuments({ desk: 'closed', number: '1' })).to.equal(3);
        expect(await conversations.countDocuments({ desk: 'closed' }, { limit: 2 })).to.equal(2);
        expect(await conversations.countDocuments({ _id: { $in: ['c1', 'c5', 'x'] } })).to.equal(2);
        expect(await conversations.countDocuments({ _id: { $gte: 'c8' } })).to.equal(2);
      });
    });

    describe('inOrder', () => {
      it('does writes to several collections, each on what the one before it left', async () => {
        await store.inOrder([
          () => store.messages.insertOne(aMessage({ _id: 'm' })),
          () => conversations.insertOne(aConversation({ _id: 'a' })),
          () => conversations.updateOne({ _id: 'a' }, { $push: { inbox: 'm' } }),
          () => conversations.updateOne({ _id: 'a', inbox: 'm' }, { $inc: { wake: 1 } }),
        ]);
        expect(await store.messages.findOne({ _id: 'm' })).to.include({ _id: 'm' });
        expect(await conversations.findOne({ _id: 'a' })).to.deep.include({ inbox: ['m'], wake: 1 });
      });

      it('goes on where a write’s own caller makes nothing of a taken _id', async () => {
        await store.messages.insertOne(aMessage({ _id: 'm', text: 'first' }));
        const insert = async () => {
          try {
            await store.messages.insertOne(aMessage({ _id: 'm', text: 'second' }));
          } catch (error) {
            if (!isDuplicateKey(error)) throw error;
          }
        };
        await store.inOrder([insert, () => conversations.insertOne(aConversation({ _id: 'a' }))]);
        expect(await store.messages.findOne({ _id: 'm' })).to.include({ text: 'first' });
        expect(await conversations.countDocuments({})).to.equal(1);
      });

      it('does nothing after a write that failed, and says why', async () => {
        await conversations.insertOne(aConversation({ _id: 'a' }));
        const error = await rejection(
          store.inOrder([
            () => store.messages.insertOne(aMessage({ _id: 'm' })),
            () => conversations.updateOne({ _id: 'a' }, { $inc: { state: 1 } } as never),
            () => store.messages.insertOne(aMessage({ _id: 'n' })),
          ]),
        );
        expect(error).to.be.an('error');
        expect(await store.messages.findOne({ _id: 'n' })).to.equal(null);
      });

      it('does the writes of many at once, each group in its order', async () => {
        await Promise.all(
          Array.from({ length: 30 }, (_, i) =>
            store.inOrder([
              () =>
                conversations
                  .updateOne({ _id: `c${i % 3}` }, { $inc: { wake: 1 } }, { upsert: true })
                  .catch(() => {}),
              () => store.messages.insertOne(aMessage({ _id: `m${i}` })),
            ]),
          ),
        );
        expect(await store.messages.countDocuments({})).to.equal(30);
      });
    });

    it('keeps documents and indexes together through many changes', async () => {
      const states = ['open', 'active', 'closed'] as const;
      for (let i = 0; i < 60; i++) {
        await conversations.updateOne(
          { _id: `c${i % 10}` },
          { $set: { ...withoutId(aConversation({ _id: '', state: states[i % 3]!, changedAt: i })) } },
          { upsert: true },
        );
      }
      const byState = await Promise.all(
        states.map((state) => conversations.find({ state }, { sort: { changedAt: 1 } }).toArray()),
      );
      const all = await conversations.find({}, { sort: { changedAt: 1 } }).toArray();
      expect(ids(all)).to.deep.equal(Array.from({ length: 10 }, (_, i) => `c${i}`));
      expect(byState.flat()).to.have.deep.members(all);
    });

    it('answers durable and ping', async () => {
      await conversations.insertOne(aConversation({ _id: 'a' }));
      await Promise.all([store.durable(), store.durable(), store.ping()]);
      await store.durable();
    });
  });
}

function ids(docs: { _id: string }[]): string[] {
  return docs.map(({ _id }) => _id);
}

function withoutId<T extends { _id: string }>({ _id, ...rest }: T): Omit<T, '_id'> {
  return rest;
}

async function empty(store: Store): Promise<void> {
  for (const name of COLLECTION_NAMES) {
    const collection = documentsOf(store, name);
    for (const { _id } of await collection.find({}).toArray()) await collection.deleteOne({ _id });
  }
}

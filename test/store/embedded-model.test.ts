import { rm } from 'node:fs/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { update as mingoUpdate, Query } from 'mingo';
import sinon from 'sinon';
import type { Collection } from '../../src/store/collection.ts';
import type { ConversationDoc, Store } from '../../src/store/documents.ts';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { INDEXES } from '../../src/store/indexes.ts';
import { compareValues } from '../../src/store/order.ts';
import { jitter, temporaryFolder } from '../support/stores.ts';
import { aConversation } from './documents.ts';

/*
 * The embedded collection against an array that mingo searches and updates, on random documents, filters, sorts and
 * updates. Fields and values are few, so that they meet; they are those of all the indexes, and some of none.
 */

/** One by the members of a list too: of conversations none is declared. */
const WITH_LIST = [
  ...INDEXES.conversations,
  { name: 'inbox', keys: { inbox: 1, changedAt: 1 }, present: 'inbox', each: 'inbox' } as const,
];

interface Fields {
  [field: string]: unknown;
}

const id = fc.integer({ min: 0, max: 11 }).map((n) => `c${n}`);
const state = fc.constantFrom('open', 'open', 'active', 'closed');
const number = fc.integer({ min: -2, max: 3 });
const name = fc.constantFrom('a', 'a', 'a', 'a', 'ab', 'b', 'é', '', '\u0000');
const VALUES: { [field: string]: fc.Arbitrary<string | number> } = {
  _id: id,
  state,
  changedAt: number,
  dueAt: number,
  priority: number,
  queuedAt: number,
  queueId: name,
  agentId: name,
  customer: name,
  locale: name,
};

const conversation = fc
  .record({
    fields: fc.record(VALUES, {
      requiredKeys: ['_id', 'state', 'changedAt', 'priority', 'customer'],
      noNullPrototype: true,
    }),
    inbox: fc.array(name, { maxLength: 3 }),
  })
  .map(({ fields, inbox }) => aConversation({ ...(fields as { _id: string }), inbox }));

function conditionOn(field: string): fc.Arbitrary<unknown> {
  const value = VALUES[field]!;
  return fc.oneof(
    { weight: 4, arbitrary: value },
    {
      weight: 2,
      arbitrary: fc.dictionary(fc.constantFrom('$gt', '$gte', '$lt', '$lte'), value, {
        minKeys: 1,
        maxKeys: 2,
        noNullPrototype: true,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ $in: fc.array(value, { maxLength: 3 }) }, { noNullPrototype: true }),
    },
    { weight: 1, arbitrary: fc.record({ $exists: fc.boolean() }, { noNullPrototype: true }) },
    {
      weight: 1,
      arbitrary: fc.record({ $exists: fc.constant(true), $ne: value }, { noNullPrototype: true }),
    },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

const conditions: fc.Arbitrary<Fields> = fc
  .uniqueArray(fc.constantFrom(...Object.keys(VALUES)), { maxLength: 3 })
  .chain((fields) =>
    fc.record(Object.fromEntries(fields.map((field) => [field, conditionOn(field)])), {
      noNullPrototype: true,
    }),
  );

const filter: fc.Arbitrary<Fields> = fc.oneof(
  { weight: 6, arbitrary: conditions },
  {
    weight: 1,
    arbitrary: fc.tuple(conditions, conditions, conditions).map(([own, a, b]) => ({ ...own, $or: [a, b] })),
  },
  { weight: 1, arbitrary: fc.tuple(conditions, conditions).map(([own, a]) => ({ ...own, $and: [a] })) },
  { weight: 2, arbitrary: fc.tuple(conditions, oneOrMore(name)).map(([own, inbox]) => ({ ...own, inbox })) },
);

const INDEXED_SORTS: Fields[] = [
  { changedAt: 1 },
  { changedAt: -1 },
  { changedAt: -1, _id: -1 },
  { dueAt: 1 },
  { state: 1, changedAt: 1 },
  { priority: -1, queuedAt: 1 },
  { priority: 1, queuedAt: -1 },
];
const sort: fc.Arbitrary<Fields | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(...INDEXED_SORTS),
  fc.uniqueArray(fc.constantFrom(...Object.keys(VALUES)), { minLength: 1, maxLength: 3 }).chain((fields) =>
    fc.record(Object.fromEntries(fields.map((field) => [field, fc.constantFrom(1, -1)])), {
      noNullPrototype: true,
    }),
  ),
);

/** Filters and sorts of the kind that an index serves together, several ranges of it at a time and backwards. */
const searched: fc.Arbitrary<{ filter: Fields; sort: Fields | undefined }> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ filter, sort }) },
  {
    weight: 1,
    arbitrary: fc.record({
      filter: fc.record(
        { queueId: oneOrMore(name), state: oneOrMore(state), locale: name },
        { requiredKeys: ['queueId', 'state'], noNullPrototype: true },
      ),
      sort: fc.constantFrom<Fields>(
        { priority: -1, queuedAt: 1 },
        { priority: 1, queuedAt: -1 },
        { priority: 1, queuedAt: 1 },
        { state: -1, priority: 1 },
        { queueId: 1, priority: -1 },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      filter: fc.record(
        { agentId: oneOrMore(name), changedAt: fc.record({ $gte: number }) },
        { requiredKeys: ['agentId'], noNullPrototype: true },
      ),
      sort: fc.constantFrom<Fields>({ changedAt: 1 }, { changedAt: -1 }, { agentId: 1, changedAt: -1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      filter: fc.record(
        { inbox: oneOrMore(name), changedAt: fc.record({ $lte: number }) },
        { requiredKeys: ['inbox'], noNullPrototype: true },
      ),
      sort: fc.constantFrom<Fields>({ changedAt: 1 }, { changedAt: -1 }),
    }),
  },
);

function oneOrMore<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | { $in: T[] }> {
  return fc.oneof(
    value,
    fc.record({ $in: fc.array(value, { minLength: 1, maxLength: 3 }) }, { noNullPrototype: true }),
  );
}

const update: fc.Arbitrary<{ [operator: string]: Fields }> = fc
  .record(
    {
      $set: fc.record(
        { state, agentId: name, dueAt: number, inbox: fc.array(name, { maxLength: 3 }) },
        { requiredKeys: [], noNullPrototype: true },
      ),
      $unset: fc.record(
        { locale: fc.constant(''), queueId: fc.constant('') },
        { requiredKeys: [], noNullPrototype: true },
      ),
      $inc: fc.record({ version: number, priority: number }, { requiredKeys: [], noNullPrototype: true }),
      $min: fc.record({ queuedAt: number }, { noNullPrototype: true }),
      $max: fc.record({ changedAt: number }, { noNullPrototype: true }),
      $push: fc.record(
        {
          handled: fc.oneof(
            name,
            fc.record({ $each: fc.array(name), $slice: fc.constantFrom(-2, -1, 1, 2) }),
          ),
        },
        { noNullPrototype: true },
      ),
      $pull: fc.record(
        {
          inbox: fc.oneof(
            name,
            fc.record({ $in: fc.array(name, { maxLength: 2 }) }, { noNullPrototype: true }),
          ),
        },
        { noNullPrototype: true },
      ),
      $addToSet: fc.record({ events: name }, { noNullPrototype: true }),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  .filter((operators) => Object.keys(operators).length > 0)
  // MongoDB refuses an update that does two things to one field.
  .filter(({ $pull, $set }) => $pull === undefined || $set?.inbox === undefined) as fc.Arbitrary<{
  [operator: string]: Fields;
}>;

const step = fc.oneof(
  fc.record({ do: fc.constant('insert' as const), conversation }),
  fc.record({ do: fc.constant('find' as const), filter, sort, limit: fc.constantFrom(0, 1, 3) }),
  fc.record({ do: fc.constant('count' as const), filter, limit: fc.constantFrom(0, 2) }),
  fc.record({
    do: fc.constant('update' as const),
    filter,
    sort,
    update,
    returnDocument: fc.constantFrom('before' as const, 'after' as const),
  }),
  fc.record({ do: fc.constant('upsert' as const), _id: id, update }),
  fc.record({ do: fc.constant('delete' as const), filter }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

for (const many of [2, 5, undefined]) {
  describe(`the embedded collection, with checkpoints after ${many ?? 'very many'} changes`, () => {
    let dataDir: string;
    let store: Store;
    let conversations: Collection<ConversationDoc>;

    beforeEach(async () => {
      dataDir = await temporaryFolder();
      sinon.stub(INDEXES, 'conversations').value(WITH_LIST);
      store = await openEmbeddedStore({ dataDir, onUnindexed: 'warn', ...(many && { many, jitter }) });
      ({ conversations } = store);
    });

    afterEach(async () => {
      sinon.restore();
      await store.close();
      await rm(dataDir, { recursive: true });
    });

    it('answers as an array does that is searched and updated with mingo', async function () {
      this.timeout(60_000);
      await fc.assert(
        fc
          .asyncProperty(
            fc.array(conversation, { maxLength: 15 }),
            fc.array(step, { maxLength: 20 }),
            async (first, steps) => {
              const model = new Map<string, Fields>();
              for (const conversation of first)
                await take({ do: 'insert', conversation }, conversations, model);
              for (const step of steps) await take(step, conversations, model);
              expect(await conversations.find({}, { sort: { _id: 1 } }).toArray()).to.deep.equal(
                [...model.values()].sort((a, b) => compareValues(a._id, b._id)),
              );
            },
          )
          .afterEach(async () => {
            for (const { _id } of await conversations.find({}).toArray())
              await conversations.deleteOne({ _id });
            // What is left in an index when no document is would be found by it.
            for (const field of ['changedAt', 'dueAt', 'priority']) {
              expect(await conversations.countDocuments({ [field]: { $gte: -1e9 } })).to.equal(0);
            }
          }),
        { numRuns: Number(process.env.RUNS ?? 100) },
      );
    });

    it('finds in order what is found in an array, where many match', async function () {
      this.timeout(60_000);
      const model = new Map<string, Fields>();
      for (const [i, drawn] of fc.sample(conversation, 150).entries()) {
        await take({ do: 'insert', conversation: { ...drawn, _id: `c${i}` } }, conversations, model);
      }
      await fc.assert(
        fc.asyncProperty(searched, fc.constantFrom<0 | 1 | 3>(0, 1, 3), async ({ filter, sort }, limit) => {
          await take({ do: 'find', filter, sort, limit }, conversations, model);
        }),
        { numRuns: Number(process.env.RUNS ?? 1000) },
      );
    });
  });
}

async function take(
  step: Step,
  conversations: Collection<ConversationDoc>,
  model: Map<string, Fields>,
): Promise<void> {
  const matching = (filter: Fields) => {
    const query = new Query(filter);
    return [...model.values()].filter((doc) => query.test(doc));
  };
  switch (step.do) {
    case 'insert': {
      const { conversation } = step;
      const done = await conversations.insertOne(conversation).then(
        () => true,
        () => false,
      );
      expect(done).to.equal(!model.has(conversation._id));
      if (done) model.set(conversation._id, structuredClone({ ...conversation }));
      break;
    }
    case 'find': {
      const found = await conversations
        .find(step.filter, { ...(step.sort && { sort: step.sort as never }), limit: step.limit })
        .toArray();
      const expected = matching(step.filter).sort((a, b) => compareBy(step.sort, a, b));
      expect(found).to.have.length(
        step.limit === 0 ? expected.length : Math.min(step.limit, expected.length),
      );
      expect(new Set(found.map(({ _id }) => _id)).size, 'once each').to.equal(found.length);
      for (const [i, doc] of found.entries()) {
        expect(doc).to.deep.equal(model.get(doc._id));
        expect(new Query(step.filter).test({ ...doc })).to.equal(true);
        // Which of equal ones comes first is not said.
        expect(compareBy(step.sort, { ...doc }, expected[i]!), 'its place').to.equal(0);
      }
      break;
    }
    case 'count': {
      const all = matching(step.filter).length;
      expect(await conversations.countDocuments(step.filter, { limit: step.limit })).to.equal(
        step.limit === 0 ? all : Math.min(step.limit, all),
      );
      break;
    }
    case 'update': {
      const expected = matching(step.filter).sort((a, b) => compareBy(step.sort, a, b));
      const found = await conversations.findOneAndUpdate(step.filter, step.update, {
        ...(step.sort && { sort: step.sort as never }),
        returnDocument: step.returnDocument,
      });
      if (expected.length === 0) {
        expect(found).to.equal(null);
        break;
      }
      const before = model.get(found!._id)!;
      expect(compareBy(step.sort, before, expected[0]!), 'the first').to.equal(0);
      expect(new Query(step.filter).test(before)).to.equal(true);
      const after = updated(before, step.update);
      expect(found).to.deep.equal(step.returnDocument === 'after' ? after : before);
      model.set(found!._id, after);
      break;
    }
    case 'upsert': {
      const { _id, ...initial } = aConversation({ _id: step._id });
      const touched = new Set(Object.values(step.update).flatMap((fields) => Object.keys(fields)));
      const rest = Object.fromEntries(Object.entries(initial).filter(([field]) => !touched.has(field)));
      const result = await conversations.updateOne(
        { _id },
        { ...step.update, $setOnInsert: rest },
        { upsert: true },
      );
      const before = model.get(_id);
      expect(result.upsertedCount).to.equal(before === undefined ? 1 : 0);
      const after = updated(before ?? { _id, ...rest }, step.update);
      expect(await conversations.findOne({ _id })).to.deep.equal(after);
      if (before !== undefined) expect(result.modifiedCount).to.equal(isEqual(before, after) ? 0 : 1);
      model.set(_id, after);
      break;
    }
    case 'delete': {
      const expected = matching(step.filter);
      const { deletedCount } = await conversations.deleteOne(step.filter);
      expect(deletedCount).to.equal(Math.min(1, expected.length));
      for (const { _id } of expected) {
        if ((await conversations.findOne({ _id: String(_id) })) === null) model.delete(String(_id));
      }
      break;
    }
  }
  expect(await conversations.countDocuments({})).to.equal(model.size);
}

function updated(doc: Fields, update: { [operator: string]: Fields }): Fields {
  const copy = structuredClone(doc);
  if (update.$push) copy.handled ??= []; // mingo does not heed $slice where there is no list yet; MongoDB does
  mingoUpdate(copy, update as never, [], {}, { cloneMode: 'deep' });
  return copy;
}

function compareBy(sort: Fields | undefined, a: Fields, b: Fields): number {
  for (const [field, direction] of Object.entries(sort ?? {})) {
    const order = compareValues(a[field], b[field]);
    if (order !== 0) return order * Number(direction);
  }
  return 0;
}

function isEqual(a: Fields, b: Fields): boolean {
  try {
    expect(a).to.deep.equal(b);
    return true;
  } catch {
    return false;
  }
}

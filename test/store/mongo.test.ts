import { createServer } from 'node:net';
import { expect } from 'chai';
import { MongoClient } from 'mongodb';
import type { Store } from '../../src/store/documents.ts';
import { INDEXES } from '../../src/store/indexes.ts';
import { openMongoStore } from '../../src/store/mongo.ts';
import { SCHEMA } from '../../src/store/schema.ts';
import { rejection } from '../support/rejection.ts';
import { databaseOn, mongoUri } from '../support/stores.ts';
import { aConversation } from './documents.ts';

const { TEST_MONGODB_URI } = process.env;

describe('the MongoDB store', () => {
  let uri: string;
  let client: MongoClient;
  let stores: Store[];

  beforeEach(async function () {
    this.timeout(30_000);
    uri = TEST_MONGODB_URI ? databaseOn(TEST_MONGODB_URI) : await mongoUri();
    client = new MongoClient(uri);
    stores = [];
  });

  afterEach(async () => {
    for (const store of stores) await store.close();
    try {
      await client.db().dropDatabase();
    } finally {
      await client.close();
    }
  });

  async function openStore(address = uri): Promise<Store> {
    const store = await openMongoStore({ uri: address });
    stores.push(store);
    return store;
  }

  it('makes the declared indexes, those with a present field as partial ones', async () => {
    await openStore();
    for (const [name, specs] of Object.entries(INDEXES)) {
      if (specs.length === 0) continue;
      const made = await client.db().collection(name).indexes();
      for (const spec of specs) {
        const index = made.find((candidate) => candidate.name === spec.name);
        expect(index?.key, `${name}.${spec.name}`).to.deep.equal(spec.keys);
        expect(index?.partialFilterExpression).to.deep.equal(
          spec.present && { [spec.present]: { $exists: true } },
        );
      }
    }
  });

  if (TEST_MONGODB_URI) {
    // The stand-in takes two indexes of one name, and keeps the first.
    it('replaces an index that was declared otherwise', async () => {
      await client.db().createIndex('conversations', { state: -1 }, { name: 'changed' });
      await openStore();
      const made = await client.db().collection('conversations').indexes();
      expect(made.find(({ name }) => name === 'changed')?.key).to.deep.equal({ changedAt: 1 });
    });
  }

  it('opens what is there, also beside another process', async () => {
    const first = await openStore();
    await first.conversations.insertOne(aConversation({ _id: 'a' }));
    const second = await openStore();
    expect(await second.conversations.findOne({ _id: 'a' })).to.include({ _id: 'a' });
    await second.ping();
  });

  it('uses the database that the address names, else one named switchboard', async () => {
    const named = await openStore();
    await named.conversations.insertOne(aConversation({ _id: 'a' }));
    expect(await client.db().collection('conversations').countDocuments({})).to.equal(1);
    const unnamed = await openStore(uri.replace(/\/test_[^?]*/, '/'));
    await unnamed.conversations.insertOne(aConversation({ _id: 'b' }));
    expect(await client.db('switchboard').collection('conversations').countDocuments({})).to.equal(1);
    await client.db('switchboard').dropDatabase();
  });

  it('refuses a database that a newer version wrote, and leaves it alone', async () => {
    await client
      .db()
      .collection<{ _id: string; schema: number }>('meta')
      .insertOne({ _id: 'state', schema: SCHEMA + 1 });
    expect(await rejection(openStore())).to.include({ code: 'store_newer' });
    expect(await client.db().collections()).to.have.length(1);
  });

  it('says that no server answers', async function () {
    this.timeout(20_000);
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await new Promise((resolve) => silent.close(resolve));
    const error = await rejection(openStore(`mongodb://127.0.0.1:${port}/x`));
    expect(error).to.include({ code: 'store_unavailable' });
    expect(String(error)).to.include('MONGODB_URI');
  });

  it('says that the store is away when the system refuses what the address names', async () => {
    const error = await rejection(openStore('mongodb://127.0.0.1:1/x?tls=true&tlsCAFile=/nowhere/ca.pem'));
    expect(error).to.include({ code: 'store_unavailable' });
  });

  it('names the setting when the address cannot be meant, and keeps what the driver says of it to itself', async () => {
    for (const wrong of ['mongodb://', 'mongodb://a:hunter2@b@c/x', 'mongodb://127.0.0.1:1/a.hunter2']) {
      const error = await rejection(openStore(wrong));
      expect(error).to.include({ code: 'settings_invalid' }).and.to.not.have.property('cause');
      expect(String(error)).to.include('MONGODB_URI').and.to.not.include('hunter2');
    }
  });

  it('puts a suffix after the name of the database', async () => {
    const store = await openMongoStore({ uri, databaseSuffix: '_demo' });
    stores.push(store);
    await store.conversations.insertOne(aConversation({ _id: 'a' }));
    const { databaseName } = client.db();
    const beside = client.db(`${databaseName}_demo`);
    expect(await beside.collection('conversations').countDocuments({})).to.equal(1);
    await beside.dropDatabase();
  });
});

import { type Collection as DriverCollection, MongoClient, MongoError } from 'mongodb';
import { SwitchboardError } from '../errors.ts';
import type { IndexSpec } from './collection.ts';
import { type CollectionName, type Documents, INDEXES, type Store } from './documents.ts';

/** Grows when documents change their meaning. */
const FORMAT = 1;

/** Milliseconds for a server to be found, also in the middle of the work: TeleSign waits five seconds for its 200. */
const SERVER_SELECTION = 4_000;

/**
 * Opens the store on a MongoDB: the driver's own collections, with no wrapper. A write has resolved once a majority has
 * it in its journal, so `durable` has nothing to wait for.
 *
 * @throws SwitchboardError `store_unavailable` when no server answers, `store_newer`.
 */
export async function openMongoStore({ uri }: { uri: string }): Promise<Store> {
  const client = new MongoClient(uri, {
    ignoreUndefined: true,
    serverSelectionTimeoutMS: SERVER_SELECTION,
    writeConcern: { w: 'majority', journal: true },
    readConcern: { level: 'majority' },
  });
  try {
    await client.connect();
    const db = client.db(databaseOf(uri));
    await checkFormat(db.collection<{ _id: string; format: number }>('meta'));

    async function collection<K extends CollectionName>(name: K): Promise<DriverCollection<Documents[K]>> {
      const opened = db.collection<Documents[K]>(name);
      if (INDEXES[name].length > 0) await opened.createIndexes(INDEXES[name].map(described));
      return opened;
    }

    return {
      conversations: await collection('conversations'),
      messages: await collection('messages'),
      sessions: await collection('sessions'),
      agents: await collection('agents'),
      queues: await collection('queues'),
      workstreams: await collection('workstreams'),
      idempotency: await collection('idempotency'),
      durable: () => Promise.resolve(),
      async ping() {
        await db.command({ ping: 1 }).catch(refuse);
      },
      close: () => client.close(),
    };
  } catch (error) {
    await client.close();
    return refuse(error);
  }
}

/** The database of the address, or `switchboard` where it names none. */
function databaseOf(uri: string): string {
  return (
    new URL(uri.replace(/^mongodb(\+srv)?:/, 'http:').replace(/,[^/]*/, '')).pathname.slice(1) ||
    'switchboard'
  );
}

async function checkFormat(meta: DriverCollection<{ _id: string; format: number }>): Promise<void> {
  const found = await meta.findOneAndUpdate(
    { _id: 'format' },
    { $setOnInsert: { format: FORMAT } },
    { upsert: true, returnDocument: 'after' },
  );
  const format = found?.format ?? FORMAT;
  if (format > FORMAT)
    throw new SwitchboardError('store_newer', undefined, { details: { format, known: FORMAT } });
}

function described({ name, keys, present }: IndexSpec) {
  return {
    name,
    key: keys,
    ...(present === undefined ? {} : { partialFilterExpression: { [present]: { $exists: true } } }),
  };
}

function refuse(error: unknown): never {
  throw error instanceof MongoError
    ? new SwitchboardError(
        'store_unavailable',
        'MongoDB does not answer: check MONGODB_URI and the server.',
        {
          cause: error,
        },
      )
    : error;
}

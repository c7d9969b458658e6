import { type Collection, type Db, MongoClient, MongoError } from 'mongodb';
import { wrongSettings } from '../config.ts';
import { SwitchboardError } from '../errors.ts';
import { type IndexSpec, oneByOne } from './collection.ts';
import type { CollectionName, Documents, Store } from './documents.ts';
import { INDEXES } from './indexes.ts';
import { type DataState, SCHEMA } from './schema.ts';
import { liveSnapshot } from './snapshot.ts';

/** Milliseconds for a server to be found, also in the middle of the work: TeleSign waits five seconds for its 200. */
const SERVER_SELECTION = 4_000;

/** MongoDB's IndexOptionsConflict and IndexKeySpecsConflict. */
const INDEX_CONFLICTS: readonly unknown[] = [85, 86];

/** Of the document in `meta` that tells of the data as a whole. */
const STATE = 'state';

/** Documents that are about the database. */
interface MetaDoc {
  _id: string;
  /** Of `STATE`. */
  schema?: number;
  filling?: DataState['filling'];
  pings?: number;
}

/**
 * Opens the store on a MongoDB: the driver's own collections, with no wrapper, so an operation that fails for want of
 * a server rejects with the driver's `MongoError`. A write has resolved once a majority has it in its journal, so
 * `durable` has nothing to wait for. The database is the one that the URI names, else `switchboard`; `databaseSuffix`
 * comes after its name, and the URI's is still the one that users are looked up in.
 *
 * @throws SwitchboardError `settings_invalid` when the URI cannot be meant, `store_unavailable` when no server answers,
 * `store_newer`.
 */
export async function openMongoStore(options: {
  uri: string;
  databaseSuffix?: string | undefined;
}): Promise<Store> {
  const { client, db } = clientOf(options);
  try {
    await client.connect();
    const meta = db.collection<MetaDoc>('meta');
    await refuseNewer(meta);
    for (const [name, specs] of Object.entries(INDEXES)) {
      for (const spec of specs) await makeIndex(db, name, spec);
    }
    const all = collections(db);
    return {
      ...all,
      inOrder: oneByOne,
      durable: () => Promise.resolve(),
      async ping() {
        await meta.updateOne({ _id: 'ping' }, { $inc: { pings: 1 } }, { upsert: true }).catch(refuse);
      },
      snapshot: () => liveSnapshot(all),
      rewrite: () => Promise.resolve(),
      state: async () => stateIn(await meta.findOne({ _id: STATE })),
      async keepState({ schema, filling }) {
        const update =
          filling === undefined
            ? { $set: { schema }, $unset: { filling: '' as const } }
            : { $set: { schema, filling } };
        await meta.updateOne({ _id: STATE }, update, { upsert: true });
      },
      close: () => client.close(),
    };
  } catch (error) {
    await client.close();
    return refuse(error);
  }
}

/** Connects to nothing yet. What the driver says of a URI is kept back: it repeats parts of it, and the password is one. */
function clientOf(options: { uri: string; databaseSuffix?: string | undefined }): {
  client: MongoClient;
  db: Db;
} {
  const { uri, databaseSuffix = '' } = options;
  try {
    const client = new MongoClient(uri, {
      appName: 'switchboard',
      ignoreUndefined: true,
      serverSelectionTimeoutMS: SERVER_SELECTION,
      connectTimeoutMS: SERVER_SELECTION,
      writeConcern: { w: 'majority', journal: true },
      readConcern: { level: 'majority' },
    });
    return { client, db: client.db(databaseOf(uri) + databaseSuffix) };
  } catch {
    throw wrongSettings([
      'MONGODB_URI: this is not an address that the MongoDB driver takes: check hosts, database name and options, ' +
        'and write special characters of user and password percent-encoded, such as %40 for @',
    ]);
  }
}

function databaseOf(uri: string): string {
  const named = /^[^:]+:\/\/[^/]*\/([^?]+)/.exec(uri)?.[1];
  return named === undefined ? 'switchboard' : decodeURIComponent(named);
}

function collections(db: Db): { [K in CollectionName]: Collection<Documents[K]> } {
  return {
    conversations: db.collection('conversations'),
    messages: db.collection('messages'),
    sessions: db.collection('sessions'),
    agents: db.collection('agents'),
    queues: db.collection('queues'),
    presences: db.collection('presences'),
    workstreams: db.collection('workstreams'),
    quickReplies: db.collection('quickReplies'),
    macros: db.collection('macros'),
    drafts: db.collection('drafts'),
    signIns: db.collection('signIns'),
    idempotency: db.collection('idempotency'),
    audit: db.collection('audit'),
    webhooks: db.collection('webhooks'),
    publisher: db.collection('publisher'),
    events: db.collection('events'),
    deliveries: db.collection('deliveries'),
    dialogSets: db.collection('dialogSets'),
    publications: db.collection('publications'),
    erasures: db.collection('erasures'),
    files: db.collection('files'),
    fileChunks: db.collection('fileChunks'),
    channels: db.collection('channels'),
    numberClaims: db.collection('numberClaims'),
    optouts: db.collection('optouts'),
    sendBuckets: db.collection('sendBuckets'),
  };
}

/** Before anything is changed: an index that a newer version makes would be taken away. */
async function refuseNewer(meta: Collection<MetaDoc>): Promise<void> {
  const found = await meta.findOneAndUpdate(
    { _id: STATE },
    { $setOnInsert: { schema: SCHEMA } },
    { upsert: true, returnDocument: 'after' },
  );
  const { schema } = stateIn(found);
  if (schema > SCHEMA) {
    throw new SwitchboardError('store_newer', undefined, { details: { schema, understood: SCHEMA } });
  }
}

function stateIn(found: MetaDoc | null): DataState {
  const { schema = SCHEMA, filling } = found ?? {};
  return { schema, ...(filling !== undefined && { filling }) };
}

/** Makes an index; one that an older version declared otherwise under the same name gives way. */
async function makeIndex(db: Db, collection: string, { name, keys, present }: IndexSpec): Promise<void> {
  const options = {
    name,
    ...(present !== undefined && { partialFilterExpression: { [present]: { $exists: true } } }),
  };
  try {
    await db.createIndex(collection, keys, options);
  } catch (error) {
    if (!(error instanceof MongoError) || !INDEX_CONFLICTS.includes(error.code)) throw error;
    await db.collection(collection).dropIndex(name);
    await db.createIndex(collection, keys, options);
  }
}

function refuse(error: unknown): never {
  // The driver passes on what the system says of names that cannot be looked up and files that cannot be read.
  const isSystems = error instanceof Error && 'syscall' in error;
  if (!(error instanceof MongoError) && !isSystems) throw error;
  const message = 'MongoDB does not answer: check MONGODB_URI and the server.';
  throw new SwitchboardError('store_unavailable', message, { cause: error });
}

import { SwitchboardError } from '../errors.ts';
import { insertOnce } from '../store/collection.ts';
import type { Store } from '../store/documents.ts';
import { COLLECTION_NAMES, type DataState, documentsOf, SCHEMA } from '../store/schema.ts';
import { Contents, contentsOf } from './contents.ts';
import type { Dumped } from './dump-reader.ts';

/** Writes that are under way at once. */
const BATCH = 200;

/**
 * Fills an empty store, and compares what is in it then with what was given. Until it has, the service does not start on
 * it; one that an earlier attempt of the same kind has left half full is emptied first.
 *
 * @throws SwitchboardError `store_not_empty`, `store_differs`, and what `documents` throws.
 */
export async function fill(
  store: Store,
  kind: Exclude<DataState['filling'], undefined>,
  documents: AsyncIterable<Dumped>,
): Promise<Contents> {
  const { filling } = await store.state();
  if (filling === kind) await empty(store);
  else if (filling !== undefined) throw new SwitchboardError('store_incomplete');
  else if (!(await isEmpty(store))) throw new SwitchboardError('store_not_empty');
  await store.keepState({ schema: SCHEMA, filling: kind });
  const given = new Contents();
  let batch = new Map<string, Dumped>();
  const put = async () => {
    const dumped = [...batch.values()];
    batch = new Map();
    await Promise.all(dumped.map((one) => putOne(store, one, given)));
  };
  for await (const dumped of documents) {
    const [collection, { _id }] = dumped;
    batch.set(`${collection} ${_id}`, dumped);
    if (batch.size >= BATCH) await put();
  }
  await put();
  await store.durable();
  const differences = (await contentsOf(store)).differences(given);
  if (differences.length > 0) {
    throw new SwitchboardError('store_differs', undefined, { details: { collections: differences } });
  }
  await store.keepState({ schema: SCHEMA });
  return given;
}

/** One that came before under the same id gives way. */
async function putOne(store: Store, [collection, doc]: Dumped, given: Contents): Promise<void> {
  const documents = documentsOf(store, collection);
  if (!(await insertOnce(documents, doc))) {
    const before = await documents.findOne({ _id: doc._id });
    if (before !== null) given.remove(collection, before);
    await documents.deleteOne({ _id: doc._id });
    await documents.insertOne(doc);
  }
  given.add(collection, doc);
}

export async function isEmpty(store: Store): Promise<boolean> {
  for (const name of COLLECTION_NAMES) {
    if ((await documentsOf(store, name).countDocuments({}, { limit: 1 })) > 0) return false;
  }
  return true;
}

async function empty(store: Store): Promise<void> {
  for (const name of COLLECTION_NAMES) {
    const documents = documentsOf(store, name);
    for (;;) {
      const batch = await documents.find({}, { sort: { _id: 1 }, limit: BATCH }).toArray();
      await Promise.all(batch.map(({ _id }) => documents.deleteOne({ _id })));
      if (batch.length < BATCH) break;
    }
  }
}

import { type Collection, oneByOne } from '../../src/store/collection.ts';
import type { CollectionName, Documents, Store } from '../../src/store/documents.ts';

const COLLECTIONS: CollectionName[] = [
  'conversations',
  'messages',
  'sessions',
  'agents',
  'queues',
  'presences',
  'workstreams',
  'quickReplies',
  'macros',
  'drafts',
  'signIns',
  'idempotency',
  'audit',
  'webhooks',
  'publisher',
  'events',
  'deliveries',
  'optouts',
  'sendBuckets',
];

/** Does one operation, and whatever else around it. */
export type Around = <R>(
  operation: { collection: CollectionName; method: string; args: unknown[] } | 'durable',
  run: () => Promise<R>,
) => Promise<R>;

/** The same store with something around each operation on what conversations are made of. */
export function wrappedStore(store: Store, around: Around): Store {
  function wrapped<T extends { _id: string }>(name: CollectionName, inner: Collection<T>): Collection<T> {
    function wrap<A extends unknown[], R>(method: string, run: (...args: A) => Promise<R>) {
      return (...args: A): Promise<R> => around({ collection: name, method, args }, () => run(...args));
    }
    return {
      findOne: wrap('findOne', (...args) => inner.findOne(...args)),
      find: (...args) => ({ toArray: wrap('find', () => inner.find(...args).toArray()) }),
      insertOne: wrap('insertOne', (...args) => inner.insertOne(...args)),
      updateOne: wrap('updateOne', (...args) => inner.updateOne(...args)),
      findOneAndUpdate: wrap('findOneAndUpdate', (...args) => inner.findOneAndUpdate(...args)),
      deleteOne: wrap('deleteOne', (...args) => inner.deleteOne(...args)),
      countDocuments: wrap('countDocuments', (...args) => inner.countDocuments(...args)),
    };
  }

  const collections = Object.fromEntries(
    COLLECTIONS.map((name) => [
      name,
      wrapped(name, store[name] as unknown as Collection<Documents[typeof name]>),
    ]),
  );
  return {
    ...(collections as unknown as Store),
    inOrder: (writes) => oneByOne(writes),
    durable: () => around('durable', () => store.durable()),
    ping: () => store.ping(),
    snapshot: () => store.snapshot(),
    rewrite: () => store.rewrite(),
    state: () => store.state(),
    keepState: (state) => store.keepState(state),
    close: () => store.close(),
  };
}

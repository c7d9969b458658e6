import { type Collection, oneByOne } from '../../src/store/collection.ts';
import type { CollectionName, Documents, Store } from '../../src/store/documents.ts';

/** What a process that dies at this point never gets past. */
export class Crash extends Error {
  constructor(point: string) {
    super(`crash at ${point}`);
    this.name = 'Crash';
  }
}

export interface CrashPlan {
  /** Decides for a named point such as `conversations.findOneAndUpdate after` whether the caller dies there. */
  crashes: (point: string) => boolean;
  /** Told of each write that took place, before its caller may die of it. */
  wrote?: (collection: CollectionName, method: string, args: unknown[], result: unknown) => void;
}

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
  'idempotency',
  'audit',
  'webhooks',
  'publisher',
  'events',
  'deliveries',
];

/**
 * The same store, seen by a process that may die before or after each operation: between any two of them, which is
 * everywhere that a crash can leave something half done.
 */
export function crashingStore(store: Store, plan: CrashPlan): Store {
  const point = (name: string) => {
    if (plan.crashes(name)) throw new Crash(name);
  };

  function crashing<T extends { _id: string }>(
    name: CollectionName,
    collection: Collection<T>,
  ): Collection<T> {
    function wrap<A extends unknown[], R>(method: string, run: (...args: A) => Promise<R>) {
      return async (...args: A): Promise<R> => {
        point(`${name}.${method} before`);
        const result = await run(...args);
        plan.wrote?.(name, method, args, result);
        point(`${name}.${method} after`);
        return result;
      };
    }
    return {
      findOne: wrap('findOne', (...args) => collection.findOne(...args)),
      find: (...args) => ({ toArray: wrap('find', () => collection.find(...args).toArray()) }),
      insertOne: wrap('insertOne', (...args) => collection.insertOne(...args)),
      updateOne: wrap('updateOne', (...args) => collection.updateOne(...args)),
      findOneAndUpdate: wrap('findOneAndUpdate', (...args) => collection.findOneAndUpdate(...args)),
      deleteOne: wrap('deleteOne', (...args) => collection.deleteOne(...args)),
      countDocuments: wrap('countDocuments', (...args) => collection.countDocuments(...args)),
    };
  }

  const wrapped = Object.fromEntries(
    COLLECTIONS.map((name) => [
      name,
      crashing(name, store[name] as unknown as Collection<Documents[typeof name]>),
    ]),
  );
  return {
    ...(wrapped as unknown as Store),
    inOrder: (writes) => oneByOne(writes),
    durable: async () => {
      point('durable before');
      await store.durable();
      point('durable after');
    },
    ping: () => store.ping(),
    close: () => store.close(),
  };
}

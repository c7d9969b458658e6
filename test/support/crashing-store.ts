import type { CollectionName, Store } from '../../src/store/documents.ts';
import { wrappedStore } from './wrapped-store.ts';

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

/**
 * The same store, seen by a process that may die before or after each operation: between any two of them, which is
 * everywhere that a crash can leave something half done.
 */
export function crashingStore(store: Store, plan: CrashPlan): Store {
  const point = (name: string) => {
    if (plan.crashes(name)) throw new Crash(name);
  };
  return wrappedStore(store, async (operation, run) => {
    const name = operation === 'durable' ? operation : `${operation.collection}.${operation.method}`;
    point(`${name} before`);
    const result = await run();
    if (operation !== 'durable') plan.wrote?.(operation.collection, operation.method, operation.args, result);
    point(`${name} after`);
    return result;
  });
}

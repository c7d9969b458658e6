import type { QueueDoc, Store } from '../store/documents.ts';
import { type Workstream, workstreamOf } from '../store/workstream.ts';

/** Workstreams and queues as they were read last: decisions are many, changes to these are few. */
export interface Settings {
  /** The workstream of a support number; one with the default settings for a number that none has. */
  workstream(number: string): Workstream;
  queue(id: string): QueueDoc | undefined;
  queues(): readonly QueueDoc[];
}

export interface ReadSettings extends Settings {
  /** Reads them anew. */
  read(): Promise<void>;
}

export function createSettings(
  store: Pick<Store, 'workstreams' | 'queues'>,
  fallback: { language: string; queueId: string },
): ReadSettings {
  const unknown = workstreamOf({ _id: 'default', numbers: [], ...fallback });
  let workstreams = new Map<string, Workstream>();
  let queues = new Map<string, QueueDoc>();
  return {
    workstream: (number) => workstreams.get(number) ?? unknown,
    queue: (id) => queues.get(id),
    queues: () => [...queues.values()],
    async read() {
      const docs = await store.workstreams.find({}).toArray();
      const read = await store.queues.find({}, { sort: { _id: 1 } }).toArray();
      workstreams = new Map(
        docs.flatMap((doc) => doc.numbers.map((number) => [number, workstreamOf(doc)] as const)),
      );
      queues = new Map(read.map((queue) => [queue._id, queue]));
    },
  };
}

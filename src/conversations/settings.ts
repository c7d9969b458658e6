import type { QueueDoc, Store, WorkstreamDoc } from '../store/documents.ts';
import { type Workstream, workstreamOf } from '../store/workstream.ts';
import { type CompiledRouting, compileRouting } from './routing-rules.ts';

/** Workstreams and queues as they were read last: decisions are many, changes to these are few. */
export interface Settings {
  /** The workstream of a support number; `default`, or one with the default settings, for a number that none has. */
  workstream(number: string): Workstream;
  workstreams(): readonly Workstream[];
  queue(id: string): QueueDoc | undefined;
  queues(): readonly QueueDoc[];
  /** The rules of a workstream, ready to be asked. */
  routing(workstreamId: string): CompiledRouting;
  /** Whether one of its rules asks how many wait somewhere: counting them costs. */
  asksWaiting(workstreamId: string): boolean;
}

export interface ReadSettings extends Settings {
  /** Reads them anew. */
  read(): Promise<void>;
}

const DEFAULT = 'default';

const NO_RULES: CompiledRouting = { classification: [], routes: [] };

interface Rules {
  source: string;
  compiled: CompiledRouting;
}

export function createSettings(
  store: Pick<Store, 'workstreams' | 'queues'>,
  fallback: { language: string; queueId: string },
  /** Told of a workstream whose stored rules cannot be asked any more: none of them counts. */
  broken: (workstreamId: string, error: unknown) => void = () => {},
): ReadSettings {
  const unknown = workstreamOf({ _id: DEFAULT, numbers: [], ...fallback });
  let unlisted = unknown;
  let byNumber = new Map<string, Workstream>();
  let workstreams: Workstream[] = [];
  let queues = new Map<string, QueueDoc>();
  const rules = new Map<string, Rules>();

  function compiled({ _id, settings }: Workstream): void {
    const source = JSON.stringify([settings.classification, settings.routes]);
    if (rules.get(_id)?.source === source) return;
    let made = NO_RULES;
    try {
      made = compileRouting(settings);
    } catch (error) {
      broken(_id, error);
    }
    rules.set(_id, { source, compiled: made });
  }

  return {
    workstream: (number) => byNumber.get(number) ?? unlisted,
    workstreams: () => workstreams,
    queue: (id) => queues.get(id),
    queues: () => [...queues.values()],
    routing: (id) => rules.get(id)?.compiled ?? NO_RULES,
    asksWaiting: (id) => rules.get(id)?.source.includes('waiting') ?? false,
    async read() {
      const docs: WorkstreamDoc[] = await store.workstreams.find({}, { sort: { _id: 1 } }).toArray();
      const read = await store.queues.find({}, { sort: { _id: 1 } }).toArray();
      workstreams = docs.map(workstreamOf);
      unlisted = workstreams.find(({ _id }) => _id === DEFAULT) ?? unknown;
      for (const workstream of workstreams) compiled(workstream);
      byNumber = new Map(
        docs.flatMap((doc, n) => doc.numbers.map((number) => [number, workstreams[n] ?? unknown] as const)),
      );
      queues = new Map(read.map((queue) => [queue._id, queue]));
    },
  };
}

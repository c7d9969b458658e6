/** Fills or looks into a store in a process of its own: `waiting <folder> <number> <lines> <to warm up>` or `parked|push|late <folder> <number> [<first>]`; prints JSON. */
import { performance } from 'node:perf_hooks';
import { offerPass } from '../src/conversations/offers.ts';
import { compileRouting } from '../src/conversations/routing-rules.ts';
import type { Store } from '../src/store/documents.ts';
import { DEFAULT_SETTINGS, workstreamOf } from '../src/store/workstream.ts';
import { SUPPORT_NUMBER } from './conversation-script.ts';
import { fillAgents, fillLines, fillParked, fillWaiting, onStore, QUEUE, SPREAD } from './desk-fill.ts';
import { latencyOf } from './latency.ts';

/** Agents who are pushed to. */
const AGENTS = 200;

/** Puts everything that waits before agents, as the service's own loop does, and counts how many a second. */
async function push(store: Store, waiting: number): Promise<object> {
  await fillAgents(store, AGENTS, Date.now());
  await fillWaiting(store, waiting, Date.now());
  const workstream = workstreamOf({
    _id: 'default',
    numbers: [SUPPORT_NUMBER],
    language: 'en',
    queueId: QUEUE,
    settings: { distribution: { ...DEFAULT_SETTINGS.distribution, mode: 'push' } },
  });
  const queue = await store.queues.findOne({ _id: QUEUE });
  const parts = {
    store,
    now: Date.now,
    settings: {
      workstream: () => workstream,
      workstreams: () => [workstream],
      queue: () => queue ?? undefined,
      queues: () => (queue ? [queue] : []),
      routing: () => compileRouting(workstream.settings),
      asksWaiting: () => false,
    },
    split: (text: string) => [{ text, segments: 1 }],
    automatedText: () => '',
    queued: () => {},
    due: () => {},
  };
  const started = performance.now();
  const bookmarks = new Map();
  let placed = 0;
  for (;;) {
    const now = await offerPass(parts, bookmarks);
    if (now === 0) break;
    placed += now;
  }
  return { placed, seconds: (performance.now() - started) / 1000 };
}

/** How much later than their time parked conversations were closed, of those whose time had come `first + SPREAD * count`. */
async function late(store: Store, count: number, first: number): Promise<object> {
  const sessions = await store.sessions.find({ endedAt: { $gte: 0 } }).toArray();
  const endedAt = new Map(sessions.map(({ conversationId, endedAt: at }) => [conversationId, at]));
  const ids = await store.conversations.find({ changedAt: { $gte: 0 } }).toArray();
  const due = ids.map(({ _id }) => _id).sort();
  const times: number[] = [];
  let missing = 0;
  for (let n = 0; n < count; n += 1) {
    const at = endedAt.get(due[n] ?? '');
    if (at === undefined) missing += 1;
    else times.push(at - (first + SPREAD * n));
  }
  return {
    fired: times.length,
    missing,
    early: times.filter((time) => time < 0).length,
    ...latencyOf(times),
  };
}

const [what, dataDir = '', count = '0', first = '0', warmUp = '0'] = process.argv.slice(2);
const number = Number(count);
const result = await onStore(dataDir, async (store) => {
  switch (what) {
    case 'waiting':
      return fillLines(store, { waiting: number, lines: Number(first), warmUp: Number(warmUp) }, Date.now());
    case 'parked':
      return fillParked(store, number, Number(first));
    case 'push':
      return push(store, number);
    case 'late':
      return late(store, number, Number(first));
    default:
      throw new Error(`there is no ${what}`);
  }
});
console.log(JSON.stringify(result ?? null));

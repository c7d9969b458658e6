/**
 * The load generator and the sink, in one process so that one clock times both ends, and apart from the service. Runs
 * what its parent asks for, one run after another.
 */
import { z } from 'zod';
import { Crowd, closedLoop } from './closed-loop.ts';
import type { FromLoad, LoadResult } from './load-run.ts';
import { openSink } from './sink.ts';

const loadRun = z.strictObject({
  origin: z.string(),
  until: z.enum(['callback', 'reply']),
  inFlight: z.number(),
  customers: z.number(),
  texts: z.number(),
  filled: z.number(),
  replyWithin: z.number(),
  compare: z.boolean(),
});

const tell = (message: FromLoad) => process.send?.(message);
const sink = await openSink();
const crowds = new Map<string, Crowd>();

async function run(message: unknown): Promise<LoadResult> {
  const asked = loadRun.parse(message);
  // Services have no customers in common, so that each starts with the same history.
  const crowd = crowds.get(asked.origin) ?? new Crowd(crowds.size * 1_000_000);
  crowds.set(asked.origin, crowd);
  return closedLoop(asked, crowd, sink);
}

process.on('message', (message) => {
  run(message).then(
    (result) => tell({ kind: 'result', result }),
    (error: unknown) => tell({ kind: 'failed', reason: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
tell({ kind: 'ready', sinkUrl: sink.url });

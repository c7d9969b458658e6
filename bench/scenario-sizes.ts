import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { type Contestant, contest, type Score } from './contest.ts';
import type { Options } from './options.ts';
import { localesDir } from './places.ts';
import { atLeast, atMost, type Report, type Verdict } from './report.ts';
import { INBOX_RUN } from './scenario-inbox.ts';
import { scoresTable } from './scores-table.ts';
import type { Stage } from './stage.ts';
import { table } from './table.ts';

interface Filled {
  size: number;
  dataDir: string;
  fillSeconds: number;
}

/** The same loads with many conversations in the store, and the start of the service on them. */
export async function sizesScenario(stage: Stage, { rounds, sizes }: Options): Promise<Report> {
  const stores: Filled[] = [];
  for (const size of sizes) stores.push(await filledStore(stage, size));

  const starts: {
    conversations: number;
    'fill s': number;
    'start ms': number;
    RSS: number;
    'RSS own': number;
  }[] = [];
  const ours: Contestant[] = [];
  for (const { size, dataDir, fillSeconds } of stores) {
    const contestant = await stage.start('switchboard', { dataDir, filled: size });
    ours.push(contestant);
    const { resident, own } = contestant.service.memory();
    const start = Math.round(contestant.service.startTime);
    starts.push({
      conversations: size,
      'fill s': fillSeconds,
      'start ms': start,
      RSS: resident,
      'RSS own': own,
    });
  }
  const plain: Contestant[] = [];
  for (const size of sizes) plain.push(await stage.start('plain-bot', { filled: size }));
  // No more customers than the smallest store has: nobody texts twice at once.
  const run = { until: 'reply', inFlight: 64, customers: Math.min(3_000, ...sizes), texts: 2 } as const;
  const replies = await contest(stage.load, [...ours, ...plain], { run, rounds, warmUp: 2_000 });
  await stage.stop(...ours, ...plain);

  const inboxes: Contestant[] = [];
  for (const { size, dataDir } of stores)
    inboxes.push(await stage.start('inbox-only', { dataDir, filled: size }));
  const callbacks = await contest(stage.load, inboxes, { run: INBOX_RUN, rounds, warmUp: 5_000 });
  await stage.stop(...inboxes);

  return {
    title: 'with many conversations in the store',
    text: [table(starts), scoresTable(replies), scoresTable(callbacks)].join('\n\n'),
    data: { starts, replies, callbacks },
    verdicts: verdictsOf(starts, replies, sizes),
  };
}

function verdictsOf(
  starts: { conversations: number; 'start ms': number }[],
  replies: Score[],
  sizes: number[],
): Verdict[] {
  const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)];
  const rate = (size: number) =>
    replies.find(({ service, filled }) => service === 'switchboard' && filled === size)?.rate ?? Number.NaN;
  const start = starts.find(({ conversations }) => conversations === largest)?.['start ms'] ?? Number.NaN;
  return [
    atLeast(
      `callback → reply accepted with ${largest} conversations`,
      rate(largest) / rate(smallest),
      0.6,
      `× with ${smallest}`,
    ),
    atMost(`start to ready with ${largest} conversations`, start / 1000, 3, 's'),
  ];
}

async function filledStore(stage: Stage, size: number): Promise<Filled> {
  const { compiled, repository } = stage.places;
  const dataDir = await stage.folder();
  const started = performance.now();
  await promisify(execFile)(process.execPath, [
    join(compiled, 'bench/fill-process.js'),
    dataDir,
    String(size),
    join(repository, 'bench/dialogs'),
    localesDir(stage.places),
  ]);
  return { size, dataDir, fillSeconds: (performance.now() - started) / 1000 };
}

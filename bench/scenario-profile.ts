import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { contest } from './contest.ts';
import { type ProfileSummary, type Share, summariseProfile } from './profile.ts';
import type { Report } from './report.ts';
import { INBOX_RUN } from './scenario-inbox.ts';
import type { Kind } from './service-command.ts';
import type { Stage } from './stage.ts';
import { table } from './table.ts';

const PROFILED = [
  { kind: 'switchboard', run: { until: 'reply', inFlight: 64, customers: 2_000, texts: 7 } },
  { kind: 'inbox-only', run: INBOX_RUN },
  { kind: 'plain-bot', run: { until: 'reply', inFlight: 64, customers: 1_000, texts: 7 } },
] as const;

const LONGEST_LIST = 45;

/** Where the time of each service's main thread goes, 64 in flight. The profiler itself slows them by some percent. */
export async function profileScenario(stage: Stage): Promise<Report> {
  const summaries: { kind: Kind; rate: number; summary: ProfileSummary }[] = [];
  for (const { kind, run } of PROFILED) {
    const folder = await stage.folder();
    const nodeOptions = ['--cpu-prof', '--cpu-prof-interval=500', `--cpu-prof-dir=${folder}`];
    const contestant = await stage.start(kind, { nodeOptions });
    await contest(stage.load, [contestant], { run, rounds: 1, warmUp: 5_000 });
    const from = microseconds();
    const [score] = await contest(stage.load, [contestant], { run, rounds: 1, warmUp: run.texts });
    const to = microseconds();
    await stage.stop(contestant);
    const [file = ''] = await readdir(folder);
    const rate = score?.rate ?? 0;
    summaries.push({ kind, rate, summary: await summariseProfile(join(folder, file), { from, to }) });
  }
  return {
    title: 'self time of the main thread, 64 in flight',
    text: summaries
      .map(({ kind, rate, summary }) => shown(`${kind}, ${Math.round(rate)} texts a second`, summary))
      .join('\n\n'),
    data: summaries,
    verdicts: [],
  };
}

function microseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

function shown(heading: string, { busy, byPart, byFunction, withCalled }: ProfileSummary): string {
  return [
    `${heading}: busy ${(busy * 100).toFixed(0)} % of the time`,
    table(rows('package or folder', byPart)),
    table(rows('function', byFunction)),
    table(rows('own function with what it calls', withCalled)),
  ].join('\n\n');
}

function rows(heading: string, shares: readonly Share[]): Record<string, string | number>[] {
  return shares.slice(0, LONGEST_LIST).map(({ name, share }) => ({ [heading]: name, '%': share * 100 }));
}

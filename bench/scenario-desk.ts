import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { AGENTS, type ClaimsScore, measureClaims, WARM_UP_CLAIMS } from './claims.ts';
import { SPREAD } from './desk-fill.ts';
import type { Latency } from './latency.ts';
import type { Options } from './options.ts';
import { atLeast, atMost, type Report } from './report.ts';
import type { Stage } from './stage.ts';
import { table } from './table.ts';

const FEW = 1_000;
const MANY = 100_000;
const PUSHED = 20_000;
/** Milliseconds: while the timers of parked conversations are watched. */
const WATCHED = 30_000;
/** Milliseconds: for the store to be filled and the service to start before the first timer. */
const AHEAD = 45_000;

/** What the desk does with many conversations: claims from a long queue, the push, and timers. */
export async function deskScenario(stage: Stage, { rounds }: Options): Promise<Report> {
  const few = await claims(stage, FEW, rounds);
  const many = await claims(stage, MANY, rounds);
  const pushed = z
    .object({ placed: z.number(), seconds: z.number() })
    .parse(await desk(stage, 'push', await stage.folder(), PUSHED));
  const timers = await lateTimers(stage);
  const rows = [
    { waiting: FEW, ...few },
    { waiting: MANY, ...many },
  ];
  const perSecond = pushed.placed / pushed.seconds;
  return {
    title: 'the desk: claims over HTTP by 16 agents at once, push, timers',
    text: [table(rows), table([{ ...pushed, 'a second': perSecond }]), table([{ ...timers }])].join('\n\n'),
    data: { few, many, pushed, timers },
    verdicts: [
      atMost(`claim, ${AGENTS} agents, ${MANY} waiting, p95`, many.p95, 10, 'ms'),
      atMost(`claim with ${MANY} waiting, p95`, many.p95 / few.p95, 2, `× with ${FEW}`),
      atLeast('push', perSecond, 500, 'conversations a second'),
      atMost(`timers of ${MANY}, the latest that fired`, timers.max, 1000, 'ms late'),
      atMost('timers that did not fire, or fired early', timers.missing + timers.early, 0, ''),
    ],
  };
}

/** Of a queue that is shorter by the claims of one round at most: few wait in one of many, which get a round each. */
async function claims(stage: Stage, waiting: number, rounds: number): Promise<ClaimsScore> {
  const lines = waiting === FEW ? 2 * rounds : 1;
  const dataDir = await stage.folder();
  await desk(stage, 'waiting', dataDir, waiting, lines, WARM_UP_CLAIMS);
  const contestant = await stage.start('switchboard', { dataDir, filled: waiting * lines });
  try {
    return await measureClaims(contestant.service, lines, rounds);
  } finally {
    await stage.stop(contestant);
  }
}

async function lateTimers(
  stage: Stage,
): Promise<Latency & { fired: number; missing: number; early: number }> {
  const dataDir = await stage.folder();
  const first = Date.now() + AHEAD;
  await desk(stage, 'parked', dataDir, MANY, first);
  const contestant = await stage.start('switchboard', { dataDir, filled: MANY });
  if (Date.now() > first) throw new Error('The store was not filled in time.');
  await sleep(first + WATCHED + 2_000 - Date.now());
  await stage.stop(contestant);
  return z
    .object({
      fired: z.number(),
      missing: z.number(),
      early: z.number(),
      p50: z.number(),
      p95: z.number(),
      p99: z.number(),
      max: z.number(),
    })
    .parse(await desk(stage, 'late', dataDir, Math.floor(WATCHED / SPREAD), first));
}

async function desk(stage: Stage, what: string, dataDir: string, ...numbers: number[]): Promise<unknown> {
  const script = join(stage.places.compiled, 'bench/desk-process.js');
  const args = [script, what, dataDir, ...numbers.map(String)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

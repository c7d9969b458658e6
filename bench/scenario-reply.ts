import { contest, type Score } from './contest.ts';
import type { Options } from './options.ts';
import { atLeast, atMost, type Report } from './report.ts';
import { scoresTable } from './scores-table.ts';
import type { Stage } from './stage.ts';

const LEVELS = [
  { inFlight: 1, customers: 150 },
  { inFlight: 16, customers: 800 },
  { inFlight: 64, customers: 1_000 },
];

/** Callback → reply accepted by the sink, beside the plain bot. New customers, each going once through the script. */
export async function replyScenario(stage: Stage, { rounds }: Options): Promise<Report> {
  const contestants = [await stage.start('switchboard'), await stage.start('plain-bot')];
  const scores: Score[] = [];
  for (const level of LEVELS) {
    const run = { until: 'reply', texts: 7, ...level } as const;
    scores.push(...(await contest(stage.load, contestants, { run, rounds, warmUp: 3_000 })));
  }
  await stage.stop(...contestants);
  const score = (name: string, at: number) =>
    scores.find(({ service, inFlight }) => service === name && inFlight === at);
  const ratio = (at: number) => (score('switchboard', at)?.rate ?? 0) / (score('plain-bot', at)?.rate ?? 0);
  const p95 = (name: string) => score(name, 64)?.reply.p95 ?? Number.NaN;
  const name = 'callback → reply accepted';
  return {
    title: name,
    text: `${scoresTable(scores)}\nrate beside the plain bot: ${LEVELS.map(({ inFlight }) => `${ratio(inFlight).toFixed(2)} × at ${inFlight}`).join(', ')}`,
    data: scores,
    verdicts: [
      atLeast(`${name}, 64 in flight: rate`, ratio(64), 1, '× plain bot'),
      atLeast(`${name}, 64 in flight: rate aimed at`, ratio(64), 1.5, '× plain bot'),
      atMost(`${name}, 64 in flight: p95`, p95('switchboard') / p95('plain-bot'), 2, '× plain bot'),
      atMost(`${name}, 1 in flight: p50`, score('switchboard', 1)?.reply.p50 ?? Number.NaN, 10, 'ms'),
    ],
  };
}

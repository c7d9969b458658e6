import { contest } from './contest.ts';
import type { Options } from './options.ts';
import { atLeast, type Report } from './report.ts';
import { scoresTable } from './scores-table.ts';
import type { Stage } from './stage.ts';

/** New customers, four texts each: one callback in four makes a conversation, the others find it. */
export const INBOX_RUN = { until: 'callback', inFlight: 64, customers: 8_000, texts: 4 } as const;

/** Callback → durable 200, turns paused, beside servers that do nothing but answer. */
export async function inboxScenario(stage: Stage, { rounds }: Options): Promise<Report> {
  const contestants = [
    await stage.start('bare-node'),
    await stage.start('bare-restify'),
    await stage.start('inbox-only'),
  ];
  const scores = await contest(stage.load, contestants, { run: INBOX_RUN, rounds, warmUp: 10_000 });
  await stage.stop(...contestants);
  const rate = (name: string) => scores.find(({ service }) => service === name)?.rate ?? Number.NaN;
  return {
    title: 'callback → durable 200, 64 in flight, turns paused',
    text: scoresTable(scores),
    data: scores,
    verdicts: [
      atLeast(
        'callback → durable 200, 64 in flight, turns paused',
        rate('inbox-only') / rate('bare-restify'),
        0.5,
        '× bare restify',
      ),
    ],
  };
}

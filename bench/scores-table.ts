import type { Score } from './contest.ts';
import { table } from './table.ts';

/** Rates in texts a second, times in milliseconds, memory in MiB, processors as shares of one. */
export function scoresTable(scores: readonly Score[]): string {
  return table(
    scores.map((score) => ({
      service: score.service,
      conversations: score.filled,
      'in flight': score.inFlight,
      rate: Math.round(score.rate),
      '200 p50': score.callback.p50,
      '200 p95': score.callback.p95,
      '200 p99': score.callback.p99,
      ...(score.until === 'reply'
        ? { 'reply p50': score.reply.p50, 'reply p95': score.reply.p95, 'reply p99': score.reply.p99 }
        : {}),
      errors: score.errors,
      ...(score.until === 'reply' ? { missing: score.missing, doubled: score.doubled } : {}),
      RSS: Math.round(score.memory.resident),
      'RSS own': Math.round(score.memory.own),
      cpu: score.serviceCpu,
      'cpu ms each': (score.serviceCpu * 1000) / score.rate,
      'load cpu': score.generatorCpu,
      noise: score.noise,
      'lowest–highest': spread(score),
    })),
  );
}

function spread({ rounds }: Score): string {
  const rates = rounds.map(({ rate }) => Math.round(rate));
  return `${Math.min(...rates)}–${Math.max(...rates)}`;
}

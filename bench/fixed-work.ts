import { performance } from 'node:perf_hooks';
import { type Latency, latencyOf } from './latency.ts';

/** Milliseconds. */
const LASTS = 2_000;
/** Rounds of a loop: some 0.3 ms. */
const ROUNDS = 300_000;

/**
 * How long the same piece of work takes, over and over. On a machine of one's own p95 is p50; where others share the
 * processors it is more, and so is that of whatever is measured here.
 */
export function fixedWork(): Latency {
  const times: number[] = [];
  let result = 1;
  const end = performance.now() + LASTS;
  for (let began = performance.now(); began < end; ) {
    result = spin(result);
    const now = performance.now();
    times.push(now - began);
    began = now;
  }
  return latencyOf(times);
}

/** What it makes of a number goes into the next: nothing can be left out. */
function spin(from: number): number {
  let spun = from;
  for (let n = 0; n < ROUNDS; n += 1) spun = (Math.imul(spun, 31) + n) | 0;
  return spun;
}

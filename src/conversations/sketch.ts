/** Two neighbouring bounds of a bucket are this factor apart, so a percentile is at most 1 % off. */
const GROWTH = 1.02;
const LOG_GROWTH = Math.log(GROWTH);

export interface Distribution {
  count: number;
  average: number | null;
  p50: number | null;
  p90: number | null;
}

/**
 * Durations, counted in buckets that grow with them: however many there are, a sketch holds some hundred numbers (1,200
 * from a millisecond to a year). Count and average are exact, percentiles at most 1 % off.
 */
export class Sketch {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #sum = 0;

  /** `value` at least 0. */
  add(value: number): void {
    const bucket = value < 1 ? -1 : Math.round(Math.log(value) / LOG_GROWTH);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#count += 1;
    this.#sum += value;
  }

  /** In the unit of what was added, times `unit`. Null where nothing was. */
  summary(unit = 1): Distribution {
    if (this.#count === 0) return { count: 0, average: null, p50: null, p90: null };
    const [p50, p90] = this.#percentiles([0.5, 0.9]);
    const shown = (value = 0) => Math.round(value * unit * 10) / 10;
    return {
      count: this.#count,
      average: shown(this.#sum / this.#count),
      p50: shown(p50),
      p90: shown(p90),
    };
  }

  /** The value of nearest rank for each share, ascending. */
  #percentiles(shares: readonly number[]): number[] {
    const buckets = [...this.#buckets].sort(([a], [b]) => a - b);
    return shares.map((share) => {
      let left = Math.ceil(share * this.#count);
      for (const [bucket, count] of buckets) {
        left -= count;
        if (left <= 0) return bucket < 0 ? 0 : GROWTH ** bucket;
      }
      return 0;
    });
  }
}

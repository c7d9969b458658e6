import { expect } from 'chai';
import { latencyOf, median } from '../../bench/latency.ts';

describe('latencies', () => {
  it('are read off the sorted times', () => {
    const times = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect(latencyOf(times)).to.deep.equal({ p50: 51, p95: 96, p99: 100, max: 100 });
  });

  it('are zero when there are none', () => {
    expect(latencyOf([])).to.deep.equal({ p50: 0, p95: 0, p99: 0, max: 0 });
  });

  it('have a median between the two in the middle', () => {
    expect(median([4, 1, 3, 2])).to.equal(2.5);
    expect(median([9, 1, 5])).to.equal(5);
    expect(median([])).to.equal(0);
  });
});

import { expect } from 'chai';
import { createLog } from '../../src/emulator/record.ts';

const entry = (id: string, to = '1', from = '2') => ({ id, to, from, status: 290 });

describe('a log of the emulator', () => {
  it('lists its entries in order, by receiver, sender and what came before', () => {
    const log = createLog<ReturnType<typeof entry>>(10);
    for (const one of [entry('A'), entry('B', '9'), entry('C', '1', '8'), entry('D')]) log.put(one);
    const ids = (between = {}) => log.list(between).map(({ id }) => id);
    expect(ids()).to.deep.equal(['A', 'B', 'C', 'D']);
    expect(ids({ to: '1' })).to.deep.equal(['A', 'C', 'D']);
    expect(ids({ to: '1', from: '2' })).to.deep.equal(['A', 'D']);
    expect(ids({ after: 'B' })).to.deep.equal(['C', 'D']);
    expect(ids({ after: 'D' })).to.deep.equal([]);
  });

  it('keeps the newest entries only, and then counts everything as later than one that is gone', () => {
    const log = createLog<ReturnType<typeof entry>>(3);
    for (const id of ['A', 'B', 'C', 'D', 'E']) log.put(entry(id));
    expect(log.list().map(({ id }) => id)).to.deep.equal(['C', 'D', 'E']);
    expect(log.get('A')).to.equal(undefined);
    expect(log.list({ after: 'A' })).to.have.length(3);
  });

  it('replaces an entry in its place', () => {
    const log = createLog<ReturnType<typeof entry>>(3);
    for (const id of ['A', 'B']) log.put(entry(id));
    log.put({ ...entry('A'), status: 200 });
    expect(log.list().map(({ id, status }) => [id, status])).to.deep.equal([
      ['A', 200],
      ['B', 290],
    ]);
  });
});

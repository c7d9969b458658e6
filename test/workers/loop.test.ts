import { expect } from 'chai';
import { createLoop, type Loop, type LoopParts } from '../../src/workers/loop.ts';
import { recordedLog } from '../support/log.ts';

/** Lets everything that is ready run; no time passes. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a loop', () => {
  let due: string[];
  let working: Map<string, () => void>;
  let done: string[];
  let most: number;
  let sleeps: number[];
  let wakeUp: () => void;
  let parts: LoopParts;
  let loop: Loop;
  let scan: (limit: number) => Promise<string[]>;
  let work: (id: string) => Promise<void>;
  const { log } = recordedLog();

  beforeEach(() => {
    due = [];
    working = new Map();
    done = [];
    most = 0;
    sleeps = [];
    scan = async (limit) => due.slice(0, limit);
    work = (id) =>
      new Promise((resolve) => {
        working.set(id, () => {
          working.delete(id);
          due = due.filter((other) => other !== id);
          done.push(id);
          resolve();
        });
        most = Math.max(most, working.size);
      });
    parts = {
      name: 'test',
      slots: 3,
      interval: 1000,
      scan: (limit) => scan(limit),
      work: (id) => work(id),
      log,
      sleep: (timeout, signal) =>
        new Promise((resolve) => {
          sleeps.push(timeout);
          wakeUp = resolve;
          signal.addEventListener('abort', () => resolve(), { once: true });
        }),
    };
    loop = createLoop(parts);
  });
  afterEach(async () => {
    const stopped = loop.stop();
    for (const end of working.values()) end();
    await stopped;
  });

  const endAll = async () => {
    while (working.size > 0) {
      for (const end of [...working.values()]) end();
      await settle();
    }
  };

  it('works on what a look finds, never on more than it has slots for', async () => {
    due = ['a', 'b', 'c', 'd', 'e'];
    loop.start();
    await settle();
    expect([...working.keys()]).to.deep.equal(['a', 'b', 'c']);
    await endAll();
    expect(done).to.have.members(['a', 'b', 'c', 'd', 'e']);
    expect(most).to.equal(3);
  });

  it('works on a hint at once, without waiting for the next look', async () => {
    loop.start();
    await settle();
    loop.hint('a');
    expect([...working.keys()]).to.deep.equal(['a']);
  });

  it('never works on one id twice at the same time, but again after a hint that came meanwhile', async () => {
    loop.start();
    await settle();
    loop.hint('a');
    loop.hint('a');
    loop.hint('a');
    expect(working.size).to.equal(1);
    working.get('a')?.();
    await settle();
    expect(done).to.deep.equal(['a']);
    expect([...working.keys()]).to.deep.equal(['a']);
    await endAll();
    expect(done).to.deep.equal(['a', 'a']);
  });

  it('sleeps when nothing is due, so that it costs nothing', async () => {
    loop.start();
    await settle();
    expect(sleeps).to.deep.equal([1000]);
    wakeUp();
    await settle();
    expect(sleeps).to.deep.equal([1000, 1000]);
  });

  it('keeps its pace where a look finds what is in hand, and that is all there is', async () => {
    loop = createLoop({ ...parts, slots: 1, scan: async () => ['pass'] });
    loop.start();
    await settle();
    wakeUp();
    await settle();
    for (let n = 0; n < 3; n++) await endAll();
    expect(sleeps).to.deep.equal([1000, 1000]);
    expect(done).to.deep.equal(['pass', 'pass']);
  });

  it('backs off while looks fail, and comes back to its pace', async () => {
    const works = scan;
    scan = () => Promise.reject(new Error('store is away'));
    loop.start();
    for (let n = 0; n < 7; n++) {
      await settle();
      wakeUp();
    }
    expect(sleeps.slice(0, 6)).to.deep.equal([2000, 4000, 8000, 16_000, 30_000, 30_000]);
    scan = works;
    await settle();
    wakeUp();
    await settle();
    expect(sleeps.at(-1)).to.equal(1000);
  });

  it('keeps a pace that is slower than the longest back-off', async () => {
    loop = createLoop({ ...parts, interval: 60_000 });
    loop.start();
    await settle();
    expect(sleeps).to.deep.equal([60_000]);
  });

  it('goes on after work that failed, and does not spin on it', async () => {
    due = ['a', 'b', 'c'];
    let attempts = 0;
    work = () => {
      attempts++;
      return Promise.reject(new Error('broken'));
    };
    loop.start();
    await settle();
    await settle();
    expect(attempts).to.equal(3);
    expect(sleeps).to.have.length(1);
  });

  it('stops by finishing what is in hand and takes nothing new', async () => {
    loop.start();
    await settle();
    loop.hint('a');
    let stopped = false;
    const stopping = loop.stop().then(() => {
      stopped = true;
    });
    loop.hint('b');
    await settle();
    expect(stopped).to.equal(false);
    working.get('a')?.();
    await stopping;
    expect(done).to.deep.equal(['a']);
  });
});

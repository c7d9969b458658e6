import { expect } from 'chai';
import { type Alarm, createAlarm } from '../../src/workers/alarm.ts';
import { createVirtualWork, type VirtualWork } from '../support/virtual-work.ts';

describe('an alarm', () => {
  let work: VirtualWork;
  let alarm: Alarm;
  let rung: string[];

  beforeEach(() => {
    work = createVirtualWork(1_000);
    rung = [];
    alarm = createAlarm({
      now: work.now,
      sleep: work.sleep,
      ring: (id) => rung.push(`${id} at ${work.now()}`),
    });
  });
  afterEach(() => alarm.stop());

  it('rings for each id when its time has come, whichever was set first', async () => {
    alarm.set('late', 1_300);
    alarm.set('early', 1_100);
    alarm.set('moved', 1_050);
    alarm.set('moved', 1_200);
    await work.goOn(() => rung.length === 3);
    expect(rung).to.deep.equal(['early at 1100', 'moved at 1200', 'late at 1300']);
  });

  it('rings at once for a time that is past, and goes on to ring for later ones', async () => {
    alarm.set('past', 900);
    await work.goOn(() => rung.length === 1);
    alarm.set('later', 1_100);
    await work.goOn(() => rung.length === 2);
    expect(rung).to.deep.equal(['past at 1000', 'later at 1100']);
  });
});

import { expect } from 'chai';
import { createWaits } from '../../src/emulator/waits.ts';
import { createVirtualTime } from './stage.ts';

describe('the pauses of the emulator', () => {
  it('end when their time has passed', async () => {
    const time = createVirtualTime();
    const passed = createWaits(time.setTimer).wait(500);
    time.advance(499);
    expect(time.pending()).to.deep.equal([500]);
    time.advance(1);
    expect(await passed).to.equal(true);
  });

  it('end early when they are released, and leave no timer', async () => {
    const time = createVirtualTime();
    const { passed, release } = createWaits(time.setTimer).hold(500);
    release();
    release();
    expect(await passed).to.equal(true);
    expect(time.pending()).to.deep.equal([]);
  });

  it('all end at once when the emulator stops, and none begins after', async () => {
    const time = createVirtualTime();
    const waits = createWaits(time.setTimer);
    const pauses = [waits.wait(500), waits.wait(60_000)];
    waits.stop();
    expect(await Promise.all([...pauses, waits.wait(0), waits.wait(5)])).to.deep.equal([
      false,
      false,
      false,
      false,
    ]);
    expect(time.pending()).to.deep.equal([]);
  });
});

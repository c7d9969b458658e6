import { expect } from 'chai';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { withinTime } from '../src/within-time.ts';

describe('work within a time', () => {
  const late = () => new Error('too late');
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    expect(clock.countTimers(), 'timers left').to.equal(0);
    clock.restore();
  });

  it('gives what it resolves with, and leaves its signal alone', async () => {
    let given: AbortSignal | undefined;
    const work = async (signal: AbortSignal) => {
      given = signal;
      return 7;
    };
    expect(await withinTime(100, late, work)).to.equal(7);
    expect(given?.aborted).to.equal(false);
  });

  it('fails as it fails, also at once', async () => {
    const failing = () => Promise.reject(new Error('its own'));
    const throwing = () => {
      throw new Error('its own');
    };
    for (const work of [failing, throwing]) {
      const error = await withinTime(100, late, work).catch((reason) => reason);
      expect(error.message).to.equal('its own');
    }
  });

  it('fails when its time is over, and tells it why', async () => {
    let reason: unknown;
    const never = (signal: AbortSignal) =>
      new Promise<never>(() => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
        });
      });
    const failed = withinTime(100, late, never).catch((error) => error);
    await clock.tickAsync(99);
    expect(reason).to.equal(undefined);
    await clock.tickAsync(1);
    expect((await failed).message).to.equal('too late');
    expect(reason).to.equal(await failed);
  });
});

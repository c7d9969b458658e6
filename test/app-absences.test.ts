import { expect } from 'chai';
import { restore, stub } from 'sinon';
import { type RunningApp, startApp } from './support/running-app.ts';

/** The clock of the service runs so many times faster. Its looks, once a second, are 30 seconds apart by it. */
const SPEED = 30;

describe('an agent of the whole service', function () {
  this.timeout(60_000);
  let service: RunningApp;
  let token: string;
  const stream = new AbortController();

  beforeEach(async () => {
    const started = Date.now();
    const from = performance.now();
    stub(Date, 'now').callsFake(() => Math.floor(started + (performance.now() - from) * SPEED));
    service = await startApp();
    token = await service.agent('ana');
  });
  afterEach(async () => {
    stream.abort();
    await service.stop();
    restore();
  });

  it('is offline some time after their stream has ended', async () => {
    const presence = async () => (await service.call('GET', '/api/me', undefined, token)).body.presence;
    await service.call('PUT', '/api/me/presence', { presence: 'available' }, token);
    const answer = await fetch(`${service.url}/api/events`, {
      signal: stream.signal,
      headers: { authorization: `Bearer ${token}` },
    });
    void answer.text().catch(() => {});
    stream.abort();
    const ended = Date.now();
    while ((await presence()) === 'available') await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await presence()).to.equal('offline');
    expect(Date.now() - ended).to.be.within(100_000, 600_000);
  });
});

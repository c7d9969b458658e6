import { expect } from 'chai';
import { openStage } from './http/stage.ts';
import { type RunningApp, startApp } from './support/running-app.ts';

describe('a drawing of the dialogs that are live', () => {
  let service: RunningApp;
  before(async () => {
    service = await startApp();
  });
  after(() => service.stop());

  it('is an SVG with the texts of the language that was asked for, else of the service’s own', async () => {
    const drawn = async (query: string) => {
      const { status, headers, body } = await service.call('GET', `/api/dialogs/graph${query}`);
      expect([status, headers.get('content-type')]).to.deep.equal([200, 'image/svg+xml']);
      expect(headers.get('content-security-policy')).to.include('sandbox');
      return body as string;
    };
    const [spanish, own] = [await drawn('?language=es'), await drawn('')];
    expect(spanish).to.match(/<svg/).and.include('¡Hola!');
    expect(own).to.include('Hello!').and.not.include('¡Hola!');
    expect(await drawn('?language=es-MX')).to.equal(spanish);
  });

  it('is refused for a language that is none, and where a program is the bot', async () => {
    expect((await service.call('GET', '/api/dialogs/graph?language=x_y')).status).to.equal(400);
    expect((await service.call('GET', '/api/dialogs/graph?colour=red')).status).to.equal(400);
    const stage = await openStage();
    expect((await stage.call('GET /api/dialogs/graph', { as: 'sam' })).status).to.equal(404);
    await stage.close();
  });
});

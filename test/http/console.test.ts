import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import restify from 'restify';
import { mountConsole } from '../../src/http/console.ts';
import { rawRequest } from '../attacks/raw-request.ts';
import { recordedLog } from '../support/log.ts';

describe('the page of the console', () => {
  let folder: string;
  let lines: () => Record<string, unknown>[];
  let server: restify.Server;
  let url: string;

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'switchboard-console-')), 'page/');
    const recorded = recordedLog();
    lines = recorded.lines;
    server = restify.createServer({ name: '', log: recorded.log });
    const texts = () => ({ language: 'en', languages: [], texts: {} });
    mountConsole(server, { console: { secure: false, texts }, log: recorded.log }, folder);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve());
    });
    url = `http://127.0.0.1:${server.address().port}/console/`;
  });
  afterEach(async () => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    await rm(join(folder, '..'), { recursive: true });
  });

  const build = async (page: string) => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'index.html'), page);
  };
  const get = async (name = '') => {
    const answer = await fetch(`${url}${name}`, { headers: { connection: 'close' } });
    return { status: answer.status, body: await answer.text() };
  };

  it('says what to do where it is not built, and is there once it is', async () => {
    const { status, body } = await get();
    expect(status).to.equal(404);
    expect(JSON.parse(body)).to.include({
      code: 'not_found',
      detail: 'The console is not built: run "npm run build", then load it again.',
    });
    expect(
      lines().filter(({ level }) => Number(level) >= 40),
      'nothing has failed',
    ).to.deep.equal([]);
    await build('<p>console</p>');
    expect(await get()).to.deep.equal({ status: 200, body: '<p>console</p>' });
  });

  it('gives nothing that lies beside its folder, however the path is written', async () => {
    await build('<p>console</p>');
    await writeFile(join(folder, '../secret.js'), 'what nobody is to read');
    await symlink(join(folder, '../secret.js'), join(folder, 'link.js'));
    for (const name of [
      ...['../secret.js', '..%2fsecret.js', '%2e%2e/secret.js', '%2e%2e%2fsecret.js', '..%5csecret.js'],
      ...['..%252fsecret.js', './../secret.js', 'assets/../../secret.js', '/../secret.js', 'link.js'],
      ...['index.html/../../secret.js', '%c0%ae%c0%ae/secret.js', '../secret.js%00.html', '..\\secret.js'],
    ]) {
      const answer = await rawRequest(
        url,
        `GET /console/${name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      expect(answer, name)
        .to.match(/^HTTP\/1\.1 40[04] /)
        .and.not.include('nobody is to read');
    }
    expect((await get('index.html')).status, 'what is in it is there').to.equal(200);
  });

  it('is read once, also when somebody asks for what there is not', async () => {
    await build('first');
    await get();
    await build('second');
    for (const name of ['nothing.js', '../http/console.ts', '%2e%2e/package.json']) {
      expect((await get(name)).status, name).to.equal(404);
    }
    expect((await get()).body).to.equal('first');
  });
});

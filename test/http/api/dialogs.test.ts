import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createScriptBot } from '../../../src/bot/bot.ts';
import { type DialogFiles, dialogSetId, readDialogFiles } from '../../../src/bot/dialog-files.ts';
import { compileScripts } from '../../../src/bot/load.ts';
import { createDialogFolder } from '../../../src/publishing/dialog-folder.ts';
import { createDialogLibrary, type DialogLibrary } from '../../../src/publishing/dialog-library.ts';
import { aConversation } from '../../support/conversations.ts';
import { recordedLog } from '../../support/log.ts';
import { openStage, type Stage } from '../stage.ts';

describe('the API of dialogs', () => {
  let stage: Stage;
  let folder: string;
  let library: DialogLibrary;

  const save = (text: string, step = 'say: hello') =>
    Promise.all([
      writeFile(join(folder, 'dialogs/main.yaml'), `id: main\ntriggers: [start]\nsteps:\n  - ${step}\n`),
      writeFile(join(folder, 'locales/en/main.json'), JSON.stringify({ hello: text })),
    ]);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchboard-dialogs-'));
    await mkdir(join(folder, 'dialogs'));
    await mkdir(join(folder, 'locales/en'), { recursive: true });
    await save('One');
    const folders = { dialogsDir: join(folder, 'dialogs'), localesDir: join(folder, 'locales') };
    const compile = async (files: DialogFiles) => {
      const made = await compileScripts(files, { defaultLanguage: 'en', actionNames: [] });
      return { id: dialogSetId(files), ...made, bot: createScriptBot({ ...made, actions: {} }) };
    };
    const files = await readDialogFiles(folders);
    const set = await compile(files);
    stage = await openStage(({ store, rig }) => {
      library = createDialogLibrary({
        store,
        first: { files, set },
        compile,
        shownAs: files.shownAs,
        goesLive: async () => {},
        now: () => rig.time,
        log: recordedLog().log,
      });
      return { dialogs: { library, folder: createDialogFolder(folders, library) } };
    });
    await library.start(true);
  });

  afterEach(async () => {
    await stage.close();
    await rm(folder, { recursive: true });
  });

  const live = async () => (await stage.call('GET /api/dialogs')).body;
  const publish = (body = {}) => stage.call('POST /api/dialogs/publish', { as: 'root', body });

  it('tells what is live, and whether the folder holds the same', async () => {
    const first = await live();
    expect(first).to.deep.include({
      languages: ['en'],
      dialogs: [{ id: 'main', steps: ['say:hello'] }],
      folderSetId: first.publication.setId,
    });
    expect(first.publication).to.include({ id: '0000000001', by: 'start' });
    await save('Two');
    expect((await live()).folderSetId).not.to.equal(first.publication.setId);
  });

  it('publishes what lies in the folder, and goes back', async () => {
    const { publication: first } = await live();
    await save('Two');
    const second = await publish();
    expect([second.status, second.body.by]).to.deep.equal([200, 'root']);
    expect((await live()).publication).to.deep.equal(second.body);
    const back = await publish({ setId: first.setId });
    expect(back.body).to.include({ id: '0000000003', setId: first.setId });
    const { body } = await stage.call('GET /api/dialogs/publications?limit=2', { as: 'sam' });
    expect(body.items).to.deep.equal([back.body, second.body]);
  });

  it('refuses a set with mistakes, names each, and leaves the last one live', async () => {
    const before = await live();
    await save('Two', 'goto: nowhere');
    const { status, body } = await publish();
    expect([status, body.code]).to.deep.equal([422, 'dialogs_invalid']);
    expect(body.problems).to.deep.include({
      path: join(folder, 'dialogs/main.yaml:4:11'),
      message: 'no step of this dialog has the id "nowhere" — give the step that is meant an id',
    });
    expect((await live()).publication).to.deep.equal(before.publication);
  });

  it('knows nothing of a set that never was', async () => {
    expect((await publish({ setId: '0123456789abcdef' })).status).to.equal(404);
    expect((await publish({ setId: 'latest' })).status).to.equal(400);
  });

  it('gives the files of any set that was published', async () => {
    const { publication: first } = await live();
    await save('Two');
    await publish();
    const { body } = await stage.call(`GET /api/dialogs/sets/${first.setId}`, { as: 'sam' });
    expect(body).to.deep.equal({
      setId: first.setId,
      dialogs: [{ name: 'main.yaml', text: 'id: main\ntriggers: [start]\nsteps:\n  - say: hello\n' }],
      locales: [{ language: 'en', files: [{ name: 'main.json', text: '{"hello":"One"}' }] }],
    });
    expect((await stage.call('GET /api/dialogs/sets/0123456789abcdef', { as: 'sam' })).status).to.equal(404);
  });

  it('is audited', async () => {
    await save('Two');
    await publish();
    const { body } = await stage.call('GET /api/audit?operation=publishDialogs', { as: 'root' });
    expect(body.items).to.have.length(1);
  });

  it('counts where sessions in progress stand, with the bot and at the desk', async () => {
    const state = (set: string, session = 1) => `${set}@${session} {}`;
    const [a, b] = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb'];
    const menu = { session: 1, steps: ['main/hello', 'main/menu'] };
    const many = Array.from({ length: 450 }, (_, n) => ({
      ...aConversation({
        _id: '',
        state: 'active',
        handler: 'bot',
        dueAt: 5000,
        botState: state(a),
        botSteps: menu,
      }),
      _id: `15550109999-1555010${1000 + n}`,
    }));
    const others = [
      aConversation({
        _id: '',
        state: 'open',
        botState: state(b),
        botSteps: { session: 1, steps: ['main/person'] },
      }),
      // Closed; of a session before; of a bot without steps.
      aConversation({ _id: '', state: 'closed', botState: state(a), botSteps: menu, dueAt: 1 }),
      aConversation({
        _id: '',
        state: 'active',
        handler: 'bot',
        dueAt: 1,
        session: 2,
        botState: state(a, 2),
        botSteps: menu,
      }),
      aConversation({ _id: '', state: 'active', handler: 'bot', dueAt: 1, botState: '{}' }),
    ].map((one, n) => ({ ...one, _id: `15550109999-1555020000${n}` }));
    for (const one of [...many, ...others]) await stage.store.conversations.insertOne(one);
    const { body } = await stage.call('GET /api/dialogs/sessions', { as: 'sam' });
    expect(body.items).to.deep.equal([
      { setId: a, dialog: 'main', step: 'menu', conversations: 450 },
      { setId: b, dialog: 'main', step: 'person', conversations: 1 },
    ]);
  });
});

describe('the API of dialogs, where the bot is a program', () => {
  it('says that there are none', async () => {
    const stage = await openStage();
    try {
      for (const request of [
        'GET /api/dialogs',
        'GET /api/dialogs/publications',
        'GET /api/dialogs/sessions',
      ]) {
        expect((await stage.call(request, { as: 'root' })).status, request).to.equal(404);
      }
      expect((await stage.call('POST /api/dialogs/publish', { as: 'root', body: {} })).status).to.equal(404);
    } finally {
      await stage.close();
    }
  });
});

import { expect } from 'chai';
import { stub } from 'sinon';
import { createScriptBot } from '../../src/bot/bot.ts';
import { type DialogFiles, dialogSetId } from '../../src/bot/dialog-files.ts';
import { compileScripts } from '../../src/bot/load.ts';
import type { DialogSet } from '../../src/bot/published-bot.ts';
import { createDialogLibrary, type DialogLibrary } from '../../src/publishing/dialog-library.ts';
import { recordedLog } from '../support/log.ts';
import { rejection } from '../support/rejection.ts';
import { mongoStore, type TemporaryStore, temporaryEmbeddedStore } from '../support/stores.ts';

const SHOWN = { dialogs: 'dialogs', locales: 'locales' };

function files(text: string, step = 'say: hello'): DialogFiles {
  return {
    dialogs: [{ name: 'main.yaml', text: `id: main\ntriggers: [start]\nsteps:\n  - ${step}\n` }],
    locales: [{ language: 'en', files: [{ name: 'main.json', text: JSON.stringify({ hello: text }) }] }],
    shownAs: SHOWN,
  };
}

/** With `actions`, as a version of the program that has them. */
function compiler(actions: string[] = []) {
  return async (written: DialogFiles): Promise<DialogSet> => {
    const { scripts, texts } = await compileScripts(written, { defaultLanguage: 'en', actionNames: actions });
    return {
      id: dialogSetId(written),
      scripts,
      texts,
      bot: createScriptBot({ scripts, texts, actions: {} }),
    };
  };
}

for (const [engine, open] of [
  ['embedded', () => temporaryEmbeddedStore()],
  ['MongoDB', () => mongoStore()],
] as const) {
  describe(`the library of dialogs (${engine})`, () => {
    let temporary: TemporaryStore;
    let log: ReturnType<typeof recordedLog>;
    let live: string[];
    let compiles: number;

    beforeEach(async () => {
      temporary = await open();
      live = [];
      compiles = 0;
      log = recordedLog();
    });

    afterEach(() => temporary.dispose());

    /** A process with `written` in its folder. */
    async function library(written: DialogFiles, actions: string[] = []): Promise<DialogLibrary> {
      const make = compiler(actions);
      const compile = (written: DialogFiles) => {
        compiles += 1;
        return make(written);
      };
      return createDialogLibrary({
        store: temporary.store,
        first: { files: written, set: await compile(written) },
        compile,
        shownAs: SHOWN,
        goesLive: async ({ id }) => void live.push(id),
        now: () => 1000,
        log: log.log,
      });
    }

    it('makes the first set live at the first start', async () => {
      const one = await library(files('One'));
      await one.start(false);
      expect(one.publication()).to.deep.equal({
        _id: '0000000001',
        setId: dialogSetId(files('One')),
        at: 1000,
        by: 'start',
      });
    });

    it('publishes nothing at a start with what is live', async () => {
      await (await library(files('One'))).start(false);
      const again = await library(files('One'));
      await again.start(true);
      expect(again.publication()?._id).to.equal('0000000001');
    });

    it('makes another set live, and tells so before it is', async () => {
      const one = await library(files('One'));
      await one.start(false);
      const { setId } = await one.publish(files('Two'), { agent: 'root' });
      expect(one.current().id).to.equal(setId);
      expect(live).to.deep.equal([setId]);
    });

    it('leaves the last one live when the new one has a mistake', async () => {
      const one = await library(files('One'));
      await one.start(false);
      const error = await rejection(one.publish(files('Two', 'goto: nowhere'), 'signal'));
      expect(error).to.include({ code: 'dialogs_invalid' });
      expect(one.current().id).to.equal(dialogSetId(files('One')));
      expect(await temporary.store.publications.countDocuments({})).to.equal(1);
    });

    it('publishes once what is published twice', async () => {
      const one = await library(files('One'));
      await one.start(false);
      const first = await one.publish(files('Two'), 'signal');
      expect(await one.publish(files('Two'), 'signal')).to.deep.equal(first);
    });

    it('does not follow itself while it publishes: it has the set already', async () => {
      const one = await library(files('One'));
      await one.start(true);
      const compiled = compiles;
      let published = false;
      const publishing = one.publish(files('Two'), 'change').finally(() => {
        published = true;
      });
      while (!published) {
        await one.read();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await publishing;
      expect(compiles).to.equal(compiled + 1);
      expect(live).to.deep.equal([dialogSetId(files('Two'))]);
      expect(one.publication()?._id).to.equal('0000000002');
    });

    it('stays with what it publishes while it reads what was live before', async () => {
      const one = await library(files('One'));
      await one.start(true);
      const { publications } = temporary.store;
      const before = await publications.find({}).toArray();
      const find = stub(publications, 'find').callThrough();
      find.onFirstCall().returns({
        toArray: async () => {
          await one.publish(files('Two'), 'change');
          return before;
        },
      });
      await one.read();
      find.restore();
      expect(one.current().id).to.equal(dialogSetId(files('Two')));
      expect(one.publication()?._id).to.equal('0000000002');
    });

    it('follows another process, and fetches what a session there began with', async () => {
      const [one, two] = [await library(files('One')), await library(files('One'))];
      await one.start(false);
      await two.start(false);
      const { setId } = await one.publish(files('Two'), 'signal');
      const between = await one.publish(files('Three'), 'signal');
      await two.read();
      expect(two.current().id).to.equal(between.setId);
      expect(two.atHand(setId)).to.equal(undefined);
      expect((await two.find(setId))?.id).to.equal(setId);
      expect(two.atHand(setId)?.id).to.equal(setId);
    });

    it('puts both of two that publish at once into the history, and one is live on both', async () => {
      const [one, two] = [await library(files('One')), await library(files('One'))];
      await one.start(false);
      await two.start(false);
      await Promise.all([one.publish(files('Two'), 'signal'), two.publish(files('Three'), 'signal')]);
      await one.read();
      await two.read();
      const history = await temporary.store.publications.find({}, { sort: { _id: 1 } }).toArray();
      expect(history.map(({ _id }) => _id)).to.deep.equal(['0000000001', '0000000002', '0000000003']);
      expect([one.current().id, two.current().id]).to.deep.equal([history[2]?.setId, history[2]?.setId]);
    });

    it('goes back to any earlier set', async () => {
      const one = await library(files('One'));
      await one.start(false);
      await one.publish(files('Two'), 'signal');
      const back = await one.publishAgain(dialogSetId(files('One')), { agent: 'root' });
      expect(back).to.include({ _id: '0000000003', setId: dialogSetId(files('One')) });
      expect(one.current().id).to.equal(back.setId);
    });

    it('knows nothing of a set that never was', async () => {
      const one = await library(files('One'));
      await one.start(false);
      expect(await rejection(one.publishAgain('0123456789abcdef', 'signal'))).to.include({
        code: 'not_found',
      });
    });

    describe('at a start with another set in the folder', () => {
      it('makes it live when it never was: a deploy', async () => {
        await (await library(files('One'))).start(false);
        const two = await library(files('Two'));
        await two.start(false);
        expect(two.publication()?.setId).to.equal(dialogSetId(files('Two')));
      });

      it('follows when it was live before: an old process that starts again while a new one is rolled out', async () => {
        await (await library(files('One'))).start(false);
        await (await library(files('Two'))).start(false);
        const old = await library(files('One'));
        await old.start(false);
        expect(old.current().id).to.equal(dialogSetId(files('Two')));
        expect(log.lines().map(({ msg }) => msg)).to.include(
          'the dialogs in the folder were live before and are not now: publish them to go back',
        );
      });

      it('makes it live all the same when there is no other process', async () => {
        await (await library(files('One'))).start(true);
        await (await library(files('Two'))).start(true);
        const back = await library(files('One'));
        await back.start(true);
        expect(back.publication()).to.include({ _id: '0000000003', setId: dialogSetId(files('One')) });
      });
    });

    it('stays with its own set, and says so once, when it cannot run what another version has published', async () => {
      const old = await library(files('One'));
      await old.start(false);
      const newer = await library(files('One'), ['refund']);
      await newer.start(false);
      await newer.publish(files('Two', 'action: refund'), 'signal');
      await old.read();
      await old.read();
      expect(old.current().id).to.equal(dialogSetId(files('One')));
      expect(log.lines().filter(({ msg }) => /cannot run/.test(String(msg)))).to.have.length(1);
    });

    it('fetches a set once for all who need it at once', async () => {
      const [one, two] = [await library(files('One')), await library(files('One'))];
      await one.start(false);
      await two.start(false);
      const { setId } = await one.publish(files('Two'), 'signal');
      const [a, b] = await Promise.all([two.find(setId), two.find(setId)]);
      expect(a).to.equal(b);
    });

    it('has no set at hand for ever but the live one', async () => {
      const one = await library(files('0'));
      await one.start(false);
      const ids: string[] = [];
      for (let n = 1; n <= 10; n += 1) ids.push((await one.publish(files(String(n)), 'signal')).setId);
      expect(ids.filter((id) => one.atHand(id) !== undefined)).to.have.length(8);
      expect(one.atHand(one.current().id)).to.equal(one.current());
      expect((await one.find(ids[0]!))?.id).to.equal(ids[0]);
    });
  });
}

import { expect } from 'chai';
import { receive } from '../../../src/conversations/inbox.ts';
import { SwitchboardError } from '../../../src/errors.ts';
import type { Translator } from '../../../src/translation/translation.ts';
import { CONVERSATION, CUSTOMER, NUMBER } from '../../support/conversations.ts';
import { comeIn, handOver, openStage, STAGE_ENGINES, type Stage } from '../stage.ts';

for (const engine of STAGE_ENGINES) {
  describe(`the translation of a text, on ${engine}`, () => {
    let stage: Stage;
    let given: unknown[];
    let translate: Translator;

    beforeEach(async () => {
      given = [];
      translate = async ({ text }) => ({ text: text.toUpperCase(), from: 'es' });
      stage = await openStage(
        () => ({
          translate: (request) => {
            given.push(request);
            return translate(request);
          },
        }),
        engine,
      );
      await handOver(stage);
      await comeIn(stage, 'ana');
    });
    afterEach(() => stage.close());

    const ask = (body: unknown, as = 'ana', id = CONVERSATION, headers = {}) =>
      stage.call(`POST /api/conversations/${id}/translate`, { as, body, headers });
    const transcript = async () =>
      (await stage.call(`GET /api/conversations/${CONVERSATION}/messages`)).body.items;
    const firstId = async (): Promise<string> => (await transcript())[0].id;

    it('is of a message, for who may read it, and changes nothing', async () => {
      const before = await transcript();
      const answer = await ask({ messageId: before[0].id, to: 'en' });
      expect([answer.status, answer.body]).to.deep.equal([
        200,
        { text: 'A PERSON PLEASE', from: 'es', to: 'en' },
      ]);
      expect(given).to.deep.equal([{ text: 'a person please', from: undefined, to: 'en' }]);
      expect(await transcript()).to.deep.equal(before);
    });

    it('is of a text that nobody has sent, and sends it not', async () => {
      translate = async ({ text }) => ({ text: `${text}!` });
      const before = await transcript();
      const answer = await ask({ text: 'Llega mañana', from: 'es', to: 'en' });
      expect(answer.body).to.deep.equal({ text: 'Llega mañana!', from: 'es', to: 'en' });
      expect(await transcript()).to.deep.equal(before);
    });

    it('is for nobody who may not see the conversation', async () => {
      const messageId = await firstId();
      expect((await ask({ messageId, to: 'en' }, 'eve')).body.code).to.equal('forbidden');
      expect((await ask({ text: 'Hola', to: 'en' }, 'eve')).body.code).to.equal('forbidden');
      expect((await ask({ messageId, to: 'en' }, 'sam')).status).to.equal(200);
      expect(given).to.have.length(1);
    });

    it('is of no message of another conversation', async () => {
      const text = {
        referenceId: 'OTHER',
        from: '15550100099',
        to: NUMBER,
        text: 'secret',
        segments: 1,
        provider: {},
      };
      await receive(stage.store, 'default', text, stage.rig.time);
      for (const messageId of ['in:OTHER', 'in:NONE']) {
        expect((await ask({ messageId, to: 'en' })).body).to.include({ status: 404, code: 'not_found' });
      }
      expect(given).to.deep.equal([]);
    });

    it('never gives away what is for the bot alone', async () => {
      const text = {
        referenceId: 'CARD',
        from: CUSTOMER,
        to: NUMBER,
        text: '4111111111111111',
        segments: 1,
        provider: {},
      };
      await receive(stage.store, 'default', text, stage.rig.time);
      const _id = CONVERSATION;
      await stage.store.conversations.updateOne({ _id }, { $set: { hidesNext: true } });
      expect((await ask({ messageId: 'in:CARD', to: 'en' })).body).to.include({
        status: 409,
        code: 'message_masked',
      });
      await stage.store.conversations.updateOne({ _id }, { $unset: { hidesNext: true } });
      await stage.store.messages.updateOne(
        { _id: 'in:CARD' },
        { $set: { text: '•••', masked: true, status: 'handled' } },
      );
      expect((await ask({ messageId: 'in:CARD', to: 'en' })).body.code).to.equal('message_masked');
      expect(given).to.deep.equal([]);
    });

    it('takes either a message or a text, and languages', async () => {
      for (const [body, path] of [
        [{ to: 'en' }, 'body'],
        [{ text: 'Hola', messageId: 'in:1', to: 'en' }, 'body'],
        [{ text: 'Hola' }, 'body.to'],
        [{ text: 'Hola', to: 'not a language' }, 'body.to'],
        [{ text: 'Hola', from: '?', to: 'en' }, 'body.from'],
        [{ text: ' ', to: 'en' }, 'body.text'],
        [{ text: 'x'.repeat(16_001), to: 'en' }, 'body.text'],
      ] as const) {
        const answer = await ask(body);
        expect([answer.status, answer.body.problems?.[0].path], JSON.stringify(body)).to.deep.equal([
          400,
          path,
        ]);
      }
      expect(given).to.deep.equal([]);
    });

    it('says what to do where nothing translates', async () => {
      const detail = () => stage.call(`GET /api/conversations/${CONVERSATION}`);
      expect((await detail()).body.translates).to.equal(true);
      Object.assign(stage, await stage.serve({ translate: undefined }));
      expect((await detail()).body.translates).to.equal(false);
      const { body } = await ask({ text: 'Hola', to: 'en' });
      expect(body).to.include({ status: 404, code: 'translation_off' });
      expect(body.detail).to.include('TRANSLATE_URL').and.to.include('createApp');
    });

    it('fails alone, with a code, and is asked anew under the same key', async () => {
      const key = { 'idempotency-key': 'once' };
      for (const [code, status] of [
        ['translation_failed', 502],
        ['translation_timeout', 504],
      ] as const) {
        translate = async () => {
          throw new SwitchboardError(code);
        };
        const { body } = await ask({ text: 'Hola', to: 'en' }, 'ana', CONVERSATION, key);
        expect(body).to.include({ status, code });
      }
      expect((await stage.call(`POST /api/conversations/${CONVERSATION}/claim`)).status).to.equal(200);
      translate = async () => ({ text: 'Hello' });
      const again = await ask({ text: 'Hola', to: 'en' }, 'ana', CONVERSATION, key);
      expect(again.body).to.deep.equal({ text: 'Hello', to: 'en' });
    });

    it('is in the audit, with the message that was given away; its text is there no more than in the log', async () => {
      const messageId = await firstId();
      await ask({ messageId, to: 'en' });
      stage.rig.time += 1000;
      await ask({ text: 'Llega mañana', to: 'es' });
      stage.rig.time += 1000;
      translate = async () => {
        throw new SwitchboardError('translation_failed', undefined, { cause: new Error('Llega mañana') });
      };
      await ask({ text: 'Llega mañana', to: 'es' });
      const { body } = await stage.call('GET /api/audit?operation=translateText', { as: 'root' });
      expect(body.items[2]).to.deep.include({
        ...{ agentId: 'ana', target: CONVERSATION, refused: null },
        changes: [
          { field: 'messageId', value: messageId },
          { field: 'to', value: 'en' },
        ],
      });
      expect(body.items[1].changes).to.deep.equal([{ field: 'text' }, { field: 'to', value: 'es' }]);
      const told = JSON.stringify([body, stage.log.lines()]);
      expect(told)
        .to.include('translation_failed')
        .and.to.not.match(/mañana|a person please/i);
    });
  });
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { Refusal } from '../../../src/console/model/api.ts';
import { macroRefusal } from '../../../src/console/model/macro-refusal.ts';
import { createT } from '../../../src/console/model/texts.ts';

describe('why a macro stopped, as agents read it', () => {
  for (const [language, gone, missing] of [
    [
      'en',
      'Not done: Transfer. Nobody is there to take it. Choose somebody else.',
      'Not done: Reply. The text has no value for: order, name.',
    ],
    [
      'es',
      'No se hizo: Transferir. No hay nadie para recibirla. Elija a otra persona.',
      'No se hizo: Responder. Al texto le falta un valor: order, name.',
    ],
    [
      'zh-TW',
      '未執行：轉接。目前無人可接手，請選擇其他對象。',
      '未執行：回覆。訊息缺少以下內容：order, name。',
    ],
  ] as const) {
    it(`is in their language (${language})`, async () => {
      const file = join(import.meta.dirname, '../../../locales', language, 'console.json');
      const t = createT(language, JSON.parse(await readFile(file, 'utf8')));
      const explain = (error: unknown) =>
        error instanceof Refusal ? t(`error.${error.code}`, { agent: error.agentId ?? '' }) : '';
      const say = (refused: Parameters<typeof macroRefusal>[2]) =>
        macroRefusal(t, explain, refused, { agentId: 'ana' });
      expect(say({ step: 0, do: 'transfer', code: 'nobody_there', detail: 'Nobody.' })).to.equal(gone);
      const without = { code: 'invalid_request', detail: 'Two names.', missing: ['order', 'name'] };
      expect(say({ step: 0, do: 'reply', ...without })).to.equal(missing);
      expect(say({ step: 0, do: 'end', code: 'not_owner', detail: '' })).to.include('ana');
      for (const step of ['reply', 'note', 'wait', 'end', 'transfer', 'close']) {
        expect(say({ step: 0, do: step, code: 'wrong_state', detail: '' })).to.not.include('do.');
      }
    });
  }
});

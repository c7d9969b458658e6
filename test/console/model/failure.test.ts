import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { whyNot } from '../../../src/console/model/failure.ts';
import { createT } from '../../../src/console/model/texts.ts';
import { STATUSES, statusMeaning } from '../../../src/telesign/status.ts';

async function tOf(language: string) {
  const file = join(import.meta.dirname, '../../../locales', language, 'console.json');
  return createT(language, JSON.parse(await readFile(file, 'utf8')));
}

describe('why a text did not go out, as agents read it', () => {
  for (const [language, expected] of [
    ['en', 'this number takes no texts; it may be a landline'],
    ['es', 'este número no recibe SMS; puede ser un fijo'],
    ['zh-TW', '此號碼無法接收簡訊，可能是市話'],
  ] as const) {
    it(`is in their language (${language}), where there are words for its code`, async () => {
      const t = await tOf(language);
      const error = (code: string) => ({ code, message: 'In English.' });
      expect(whyNot(t, error('286'), 'failed')).to.equal(expected);
      const known = [
        '207',
        '507',
        '510',
        '-40007',
        'http_429',
        'opted_out',
        'owner_changed',
        'out_of_date',
        'no_channel',
        'no_api_key',
      ];
      for (const code of known) {
        expect(whyNot(t, error(code), 'failed'), code).to.not.match(/^(In English|failure\.)/);
      }
      for (const code of ['timeout', 'http_502', 'interrupted']) {
        expect(whyNot(t, error(code), 'unknown'), code).to.equal(t('failure.unknown'));
      }
    });
  }

  it('is what the service says of it where there are none, or where one number has two meanings', async () => {
    const t = await tOf('es');
    for (const code of ['10031', '502', 'http_404', '4711']) {
      const message = statusMeaning(Number(code));
      expect(whyNot(t, { code, message }, 'failed')).to.equal(message);
    }
  });

  it('has words for whatever has to do with the customer’s phone, number or carrier', async () => {
    const t = await tOf('zh-TW');
    const told = [...STATUSES.values()]
      .filter(
        ({ meaning, outcome }) =>
          outcome === 'failed' && /handset|phone|carrier|destination number/i.test(meaning),
      )
      .map(
        ({ code, meaning }) => [code, whyNot(t, { code: String(code), message: meaning }, 'failed')] as const,
      );
    expect(told).to.have.length.above(8);
    for (const [code, text] of told) expect(text, String(code)).to.match(/\p{Script=Han}/u);
  });
});

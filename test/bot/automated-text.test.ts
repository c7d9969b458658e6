import { expect } from 'chai';
import { automatedText } from '../../src/bot/automated-text.ts';
import { loadTexts } from '../../src/bot/load.ts';
import type { Texts } from '../../src/bot/texts.ts';
import { countSegments } from '../../src/telesign/text.ts';

/** Thursday 2026-12-24, 18:00 in Madrid. */
const NOW = Date.UTC(2026, 11, 24, 17);
const HOUR = 3_600_000;

describe('the text of an automated message', () => {
  let texts: Texts;
  let text: ReturnType<typeof automatedText>;
  before(async () => {
    texts = await loadTexts({ localesDir: 'locales', defaultLanguage: 'en', mayLackDir: false });
    text = automatedText(texts);
  });

  it('tells a place in the line, how long it may take, and how to leave', () => {
    const facts = { position: 3, wait: 10 };
    const told = ['en', 'es', 'zh-TW'].map((locale) => text(locale, 'position', facts, {}));
    expect(told).to.deep.equal([
      'You are number 3 in the queue. Estimated wait: 10 minutes. Reply LEAVE to stop waiting.',
      'Tiene el puesto 3 en la cola. Espera estimada: 10 minutos. Responda SALIR para dejar de esperar.',
      '您目前排在第 3 位。預計等候時間：10 分鐘。回覆「離開」可取消等候。',
    ]);
    for (const one of told) expect(countSegments(one).segments).to.equal(1);
  });

  it('says nothing of the wait when there is no ground', () => {
    const facts = { position: 1, wait: null };
    expect(text('en', 'position', facts, {})).to.equal(
      'You are number 1 in the queue. Reply LEAVE to stop waiting.',
    );
    expect(text('zh-TW', 'position', facts, {})).to.equal('您目前排在第 1 位。回覆「離開」可取消等候。');
  });

  it('tells minutes and hours by number', () => {
    const waits = [1, 90, 120].map((wait) => text('en', 'position', { position: 2, wait }, {}));
    expect(waits.map((one) => /wait: (.*?)\./.exec(one)?.[1])).to.deep.equal([
      '1 minute',
      '90 minutes',
      '2 hours',
    ]);
  });

  it('does not pretend to have counted more than a thousand', () => {
    expect(text('en', 'position', { position: null, wait: null }, {})).to.include('number 1000+ in');
  });

  it('tells when a queue opens by its own clock, in the language’s habits, with plain spaces', () => {
    const at = NOW + 15 * HOUR;
    const facts = { opens: { at, timeZone: 'Europe/Madrid', now: NOW }, holiday: 'Nochebuena' };
    const told = ['en', 'es', 'zh-TW'].map((locale) => text(locale, 'out_of_hours', facts, {}));
    expect(told[0]).to.match(/They will be back: Friday,? (at )?9:00 AM\.$/);
    expect(told[1]).to.match(/Volvemos: viernes, 0?9:00\.$/);
    expect(told[2]).to.match(/服務恢復時間：(星期五|週五) ?上午0?9:00。$/);
    for (const one of told) expect(one).to.not.match(/[\u00a0\u202f]/);
    expect(text('es', 'holiday', facts, {})).to.include('(Nochebuena)');
  });

  it('adds the date when the weekday comes before it', () => {
    const opens = { at: NOW + 7 * 24 * HOUR, timeZone: 'Europe/Madrid', now: NOW };
    expect(text('en', 'out_of_hours', { opens }, {})).to.match(/Thursday, December 31,? (at )?6:00 PM\.$/);
  });

  it('has no time for what does not open within a year', () => {
    expect(text('en', 'out_of_hours', { opens: null }, {})).to.include('date to be announced');
  });

  it('is rather that of the files in the customer’s language than the workstream’s own in another', () => {
    const own = { en: 'Bye from {{agent}}.' };
    const facts = { agent: 'Ana' };
    expect(text('en', 'ended', facts, own)).to.equal('Bye from Ana.');
    expect(text('zh-TW', 'ended', facts, own)).to.equal(text('zh-TW', 'ended', facts, {}));
    expect(text('fr', 'ended', facts, own)).to.equal('Bye from Ana.');
  });

  it('is the workstream’s own, in the language that it is in', () => {
    const own = { es: 'Puesto {{position}}. {{wait}}' };
    expect(text('es', 'position', { position: 3, wait: 10 }, own)).to.equal(
      'Puesto 3. Espera estimada: 10 minutos.',
    );
    expect(text('es', 'position', { position: 3, wait: null }, own)).to.equal('Puesto 3.');
    expect(text('en', 'position', { position: 3, wait: null }, own)).to.include('You are number 3');
  });
});

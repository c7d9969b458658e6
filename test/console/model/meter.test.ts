import { expect } from 'chai';
import { measure } from '../../../src/console/model/meter.ts';
import { shownNumber } from '../../../src/console/model/phone-number.ts';
import { placeOf } from '../../../src/console/model/place.ts';
import { createT } from '../../../src/console/model/texts.ts';
import { createFormats } from '../../../src/console/model/times.ts';

describe('the meter of a text', () => {
  it('counts messages and segments as the service does', () => {
    expect(measure('Hello')).to.deep.equal({ parts: 1, segments: 1, encoding: 'GSM-7', dear: [] });
    expect(measure('a'.repeat(161))).to.include({ parts: 1, segments: 2 });
    expect(measure('a'.repeat(3000))).to.include({ parts: 2 });
    expect(measure('  ')).to.include({ parts: 0 });
  });

  it('names each character that makes it dearer, and what could stand there instead', () => {
    const { encoding, dear } = measure('“Él” dijo… ñ é 你');
    expect(encoding).to.equal('UCS-2');
    expect(dear).to.deep.equal([
      { character: '“', replacement: '"' },
      { character: '”', replacement: '"' },
      { character: '…', replacement: '...' },
      { character: '你', replacement: null },
    ]);
    expect(measure('camí').dear).to.deep.equal([{ character: 'í', replacement: 'i' }]);
  });

  it('has replacements that do make it cheaper', () => {
    for (const character of '‘’‚´“”„«»…–—−•\u00a0\u202f©®™×áíóúÁÍÓÚ') {
      for (const { replacement } of measure(character).dear) {
        expect(measure(`a${replacement}`).encoding, character).to.equal('GSM-7');
      }
    }
  });

  it('names five at most', () => {
    expect(measure('您的訂單已經出貨').dear).to.have.length(5);
  });
});

describe('what the console writes', () => {
  it('are texts with their values, in the form for a count', () => {
    const t = createT('en', {
      wait_one: '{{count}} waits',
      wait_other: '{{count}} wait',
      hello: 'Hello {{name}}{{lacks}}!',
    });
    expect([t('wait', { count: 1 }), t('wait', { count: 2 })]).to.deep.equal(['1 waits', '2 wait']);
    expect(t('hello', { name: '$& <b>' })).to.equal('Hello $& <b>!');
    expect(t('error.of_tomorrow')).to.equal('error.of_tomorrow');
  });

  it('are numbers of customers', () => {
    expect(['15550100001', '34600100200', '886912345678', '55512'].map(shownNumber)).to.deep.equal([
      '+1 555 010 0001',
      '+34 600 100 200',
      '+886 912 345 678',
      '55512',
    ]);
  });

  it('are spans and countdowns', () => {
    const { span, countdown } = createFormats('en');
    expect([5_000, 90_000, 7_200_000, 200_000_000, -5].map(span)).to.deep.equal([
      '5s',
      '1m',
      '2h',
      '2d',
      '0s',
    ]);
    expect([67_000, 400, -1].map(countdown)).to.deep.equal(['1:07', '0:01', '0:00']);
  });

  it('are a time of today by the clock alone, and of yesterday with its day, however short ago', () => {
    const { lately } = createFormats('es');
    const now = Date.parse('2026-03-02T08:00');
    expect(lately('2026-03-02T00:10', now)).to.equal('00:10');
    expect(lately('2026-03-01T23:50', now)).to.match(/1 mar.*23:50/);
  });

  it('are times of day by 24 hours in Chinese, and as the place has them elsewhere', () => {
    const clock = (language: string) => {
      const { clock: timeOf } = createFormats(language);
      return ['00:05', '12:05', '13:05'].map((time) => timeOf(`2026-03-02T${time}`).replace(/\s/g, ' '));
    };
    for (const language of ['zh-TW', 'zh-HK', 'zh-CN', 'zh']) {
      expect(clock(language), language).to.deep.equal(['00:05', '12:05', '13:05']);
      expect(createFormats(language).moment('2026-03-02T00:05'), language).to.match(/2026.*\s00:05$/);
    }
    expect(clock('en-US')).to.deep.equal(['12:05 AM', '12:05 PM', '01:05 PM']);
    expect(clock('es')).to.deep.equal(['00:05', '12:05', '13:05']);
    expect(clock('zh-TW-u-hc-h12')[2]).to.include('01:05');
  });

  it('are whole minutes, hours or days of seconds, where they are whole', () => {
    const { whole } = createFormats('en');
    expect([59, 60, 90, 3600, 5400, 2_592_000].map(whole)).to.deep.equal([
      undefined,
      '1m',
      undefined,
      '1h',
      undefined,
      '30d',
    ]);
  });

  it('are addresses that lead back to where they were made', () => {
    expect(placeOf('#/c/15550109999-15550100001')).to.deep.equal({
      page: 'desk',
      conversationId: '15550109999-15550100001',
      reply: false,
    });
    expect(placeOf('')).to.deep.equal({ page: 'desk', conversationId: undefined, reply: false });
    expect(placeOf('#/c/%E0%A4%A')).to.deep.equal({ page: 'desk', conversationId: '', reply: false });
    expect(placeOf('#/admin/queues/support')).to.deep.equal({ page: 'admin', part: 'queues', id: 'support' });
  });
});

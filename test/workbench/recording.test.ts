import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { loadScripts } from '../../src/bot/load.ts';
import { sampleActions } from '../../src/bot/sample-actions.ts';
import { runRecordCommand } from '../../src/cli/record.ts';
import { type RecordedMessage, testOf } from '../../src/workbench/recording.ts';
import { createRedaction } from '../../src/workbench/redaction.ts';
import { createTextFinder } from '../../src/workbench/text-finder.ts';
import { eventually } from '../support/eventually.ts';
import { refusal } from '../support/rejection.ts';
import { ADMIN_TOKEN, type RunningApp, startApp } from '../support/running-app.ts';

const SAMPLE = {
  dialogsDir: 'dialogs',
  localesDir: 'locales',
  defaultLanguage: 'en',
  actionNames: Object.keys(sampleActions),
};

describe('redaction', () => {
  it('puts the same made-up value in the place of the same number or address, with as many digits', () => {
    const { text } = createRedaction();
    expect(text('call +1 (555) 010-7788 or 15550107788, order #10234')).to.equal(
      'call +1 (000) 000-0001 or 10000000001, order #10002',
    );
    expect(text('again: 10234, not 10235')).to.equal('again: 10002, not 10003');
    expect(text('ana.lopez@example.org and ANA@example.org')).to.equal(
      'customer1@example.com and customer2@example.com',
    );
  });

  it('leaves dates, times, short numbers and words', () => {
    const { text } = createRedaction();
    for (const plain of [
      '1',
      'at 10:30',
      'on 2026-03-02',
      'on 02.03.2026',
      'in 2026',
      'three books',
      '訂單',
    ]) {
      expect(text(plain)).to.equal(plain);
    }
  });

  it('replaces the whole of what a customer was asked for, and wherever it comes again', () => {
    const { text, whole } = createRedaction();
    expect(whole('Ana Lopez', 'Sample name')).to.equal('Sample name');
    expect(text('Hello, Ana Lopez!')).to.equal('Hello, Sample name!');
    expect(whole('Ana Lopez', 'Sample about')).to.equal('Sample name');
    expect(whole('+1 555 010 7788', 'Sample phone'), 'still a number').to.match(/^\+1 0{3} 0{3} 0{3}1$/);
    expect(whole('ana@example.org', 'Sample mail')).to.equal('customer1@example.com');
  });
});

describe('the finder of texts', () => {
  it('knows the sample’s texts in every language by what they came to', async () => {
    const { scripts, texts } = await loadScripts(SAMPLE);
    const es = createTextFinder(scripts, texts, 'es');
    expect(es.keysIn('El pedido 7 está en camino y debería llegar mañana.')).to.deep.equal([
      'order-status/shipped',
    ]);
    expect(es.keysIn('El pedido 7 está en camino y debería llegar en 3 días.')).to.deep.equal([
      'order-status/shipped',
    ]);
    expect(es.keysIn('¿Qué necesita? Responda con la cifra.\n1. Uno\n2. Dos')).to.deep.equal([
      'main/menu.question',
    ]);
    expect(es.keysIn('Hello! This is Harbor Books.')).to.equal(undefined);
    for (const begin of ['Gracias. El', 'Hecho: el']) {
      const said = `${begin} pedido 10234 llega el lunes, 7 de diciembre a partir de las 9:00.`;
      expect(es.keysIn(said), 'one of several that say the same').to.deep.equal(['delivery/done']);
    }
    const chinese = createTextFinder(scripts, texts, 'zh-TW');
    expect(chinese.keysIn('訂單 10237 已出貨，預計 1 天後送達。')).to.deep.equal(['order-status/shipped']);
  });
});

describe('a recorded test', () => {
  const at = (seconds: number) => new Date(Date.parse('2026-03-02T10:00:00Z') + seconds * 1000).toISOString();
  const said = (
    kind: 'customer' | 'bot' | 'agent' | 'system',
    seconds: number,
    text: string,
  ): RecordedMessage => ({
    session: 2,
    direction: kind === 'customer' ? 'in' : 'out',
    author: { kind },
    text,
    at: at(seconds),
    status: 'sent',
  });

  it('has keys for what the bot said, pauses, the agent’s part, and nothing personal', async () => {
    const sample = await loadScripts(SAMPLE);
    const file = testOf(
      {
        locale: 'en',
        session: 2,
        handoff: { reason: 'customer_asked' },
        stretches: [
          { place: 'bot', since: at(0), reason: 'customer_wrote' },
          { place: 'open', since: at(30), reason: 'handed_off' },
          { place: 'agent', since: at(700), reason: 'claimed' },
          { place: 'bot', since: at(760), reason: 'returned' },
        ],
      },
      [
        { ...said('customer', -9, 'of an earlier session'), session: 1 },
        said('customer', 0, 'Hi, 4 please'),
        said('bot', 0.2, 'What is it about? A few words are enough.'),
        said('customer', 30, 'Ana Lopez'),
        said('bot', 30, 'Thank you. I am passing this on to a colleague.'),
        said(
          'bot',
          630.1,
          'Sorry, all colleagues are still busy. You have kept your place and need not do anything.',
        ),
        { ...said('agent', 705, 'A note about Ana'), direction: 'note' },
        said('agent', 710, 'Hello Ana Lopez'),
        said('customer', 720, 'my number is 15550107788'),
        said('bot', 760, 'Something else for Ana Lopez?'),
      ],
      sample,
    );
    expect(file)
      .to.match(/^# Recorded/)
      .and.not.to.match(/Ana|Lopez|7788/);
    expect(parse(file)).to.deep.equal({
      tests: [
        {
          name: 'as it was on 2026-03-02',
          languages: ['en'],
          at: at(0),
          talk: [
            { user: 'Hi, 4 please' },
            { bot: 'main/person.about' },
            { user: 'Sample about' },
            { bot: 'main/person.passing' },
            { expect: { state: 'open', handoff: { reason: 'customer_asked' } } },
            { clock: '631s' },
            { bot: 'main/person.still_waiting' },
            { clock: '70s' },
            { agent: 'claim' },
            { agent: { say: 'Sample answer' } },
            { user: 'Sample text 3' },
            { clock: '60s' },
            { agent: 'return' },
            { bot: { text: 'Something else for Sample about?' } },
          ],
        },
      ],
    });
  });
});

describe('switchboard record', function () {
  this.timeout(60_000);
  let service: RunningApp;
  let folder: string;
  before(async () => {
    service = await startApp();
    folder = await mkdtemp(join(tmpdir(), 'switchboard-record-'));
  });
  after(async () => {
    await service.stop();
    await rm(folder, { recursive: true });
  });

  async function record(id: string, out?: string): Promise<{ printed: string; told: string }> {
    const printed: string[] = [];
    const told: string[] = [];
    await runRecordCommand(
      { ADMIN_TOKEN },
      id,
      { url: service.url, ...(out === undefined ? {} : { out }) },
      { print: (line) => printed.push(line), tell: (line) => told.push(line) },
    );
    return { printed: printed.join('\n'), told: told.join('\n') };
  }

  it('makes a test of a conversation that the dialogs pass, and that holds nothing personal', async () => {
    const customer = '15550107788';
    const id = `15550109999-${customer}`;
    let heard = 0;
    const write = async (text: string, texts = 1) => {
      await service.textIn(customer, text);
      heard += texts;
      await service.phone(customer, heard);
    };
    await write('Hello');
    await write('4');
    await write('Ana Lopez, ana@example.org, a gift card');
    await eventually(
      () => service.call('POST', `/api/conversations/${id}/claim`),
      ({ status }) => status === 200,
    );
    await service.call('POST', `/api/conversations/${id}/messages`, { text: 'Hello Ana' });
    heard += 1;
    await service.phone(customer, heard);
    await service.call('POST', `/api/conversations/${id}/return`, {});
    heard += 1;
    await service.phone(customer, heard);
    await write('no');
    await eventually(
      () => service.call('GET', `/api/conversations/${id}`),
      ({ body }) => body.state === 'closed',
    );

    const { printed, told } = await record(id);
    expect(told).to.equal('The dialogs pass it.');
    expect(printed).not.to.match(/Ana|ana@|Lopez|gift|7788/);
    const [{ talk }] = parse(printed).tests;
    expect(talk[0]).to.deep.equal({ user: 'Hello' });
    expect(talk[1]).to.deep.equal({ bot: ['main/welcome', 'main/menu.question'] });
    expect(talk).to.deep.include({ agent: 'claim' }).and.to.deep.include({ agent: 'return' });
    expect(talk.at(-1)).to.deep.equal({ expect: { state: 'closed' } });

    const out = join(folder, 'recorded.test.yaml');
    await record(id, out);
    expect(await readFile(out, 'utf8')).to.equal(`${printed}\n`);
  });

  it('tells where the dialogs do otherwise, as when a made-up number is no order', async () => {
    const customer = '15550107799';
    await service.textIn(customer, 'order status');
    await service.phone(customer, 1);
    await service.textIn(customer, '10234');
    await service.phone(customer, 2);
    const { printed, told } = await record(`15550109999-${customer}`);
    expect(printed).not.to.include('10234');
    expect(told).to.match(/^The dialogs do not pass it as it is:\n✗ recorded\.test\.yaml:\d+ as it was on /);
    expect(told).to.match(/order-status\/shipped +≠ order-status\/not_found/);
  });

  it('says so when there is no such conversation', async () => {
    expect((await refusal(record('15550109999-15550100000'))).code).to.equal('not_found');
  });
});

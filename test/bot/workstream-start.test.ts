import { expect } from 'chai';
import { botOf, Talk } from '../support/script-bot.ts';

const files = {
  'dialogs/main.yaml': 'id: main\ntriggers: [start]\nsteps:\n  - say: hello\n',
  'dialogs/sales.yaml':
    'id: sales\ntriggers: [workstream]\nsteps:\n  - say: hello\n  - { id: name, ask: name, as: name }\n  - say: thanks\n',
  'locales/en/main.json': { hello: 'This is support.' },
  'locales/en/sales.json': { hello: 'This is sales.', name: 'Who are you?', thanks: 'Thanks, {{name}}.' },
};

describe('where a workstream has the bot begin', () => {
  const warned: unknown[] = [];
  const talk = async (dialog?: string) => {
    const customer = new Talk(await botOf({ files, log: { warn: (line) => warned.push(line) } }));
    customer.dialog = dialog;
    return customer;
  };

  it('is another dialog than that with the trigger start, also when all begins anew', async () => {
    const customer = await talk('sales');
    expect((await customer.says('Hi')).texts.join()).to.include('This is sales.');
    expect(customer.stack).to.deep.equal(['sales/name']);
    expect((await customer.says('start again')).texts.join()).to.include('This is sales.');
    expect((await (await talk()).says('Hi')).texts).to.deep.equal(['This is support.']);
  });

  it('is the start of the dialogs once they lack it, and the log says so', async () => {
    expect((await (await talk('gone')).says('Hi')).texts).to.deep.equal(['This is support.']);
    expect(warned).to.have.length(1);
  });
});

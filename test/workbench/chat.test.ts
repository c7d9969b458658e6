import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { runChatCommand } from '../../src/cli/chat.ts';
import { eventually } from '../support/eventually.ts';
import { refusal } from '../support/rejection.ts';
import { withFiles } from '../support/script-bot.ts';

const MAIN = `
id: main
triggers: [start]
steps:
  - id: name
    ask: name
    as: user.name
  - id: sure
    confirm: sure
    no: person
  - say: done
  - end: resolved
  - id: person
    handoff: support
    reason: not_sure
    summary: summary
    on:
      untaken: { after: 10m, do: [{ say: still }] }
      returned: [{ goto: sure }]
`;
const EN = {
  name: 'What is your name?',
  sure: 'Is that right, {{user.name}}?',
  done: 'Thank you!',
  summary: '{{user.name}} is not sure.',
  still: 'Sorry, please wait.',
};
const ES = { ...EN, name: '¿Cómo se llama, con el código en mayúsculas?' };

interface Terminal {
  /** Types a line and answers what is printed until the next prompt. */
  type(line: string): Promise<string>;
  /** Resolves once something is printed that fits, with all since the last line. */
  printed(pattern: RegExp): Promise<string>;
  dialogsDir: string;
  localesDir: string;
}

/** A chat for as long as `use` runs; it has ended by itself when this resolves. */
function inChat(options: object, use: (terminal: Terminal) => Promise<void>): Promise<void> {
  const files = { 'dialogs/main.yaml': MAIN, 'locales/en/main.json': EN, 'locales/es/main.json': ES };
  return withFiles({ files, languages: ['en', 'es'] }, async ({ dialogsDir, localesDir }) => {
    const input = new PassThrough();
    const output = new PassThrough();
    let said = '';
    output.on('data', (chunk) => {
      said += String(chunk);
    });
    const env = { DIALOGS_DIR: dialogsDir, LOCALES_DIR: localesDir };
    const done = runChatCommand(env, options, { input, output });
    const printed = (pattern: RegExp) =>
      Promise.race([
        eventually(
          async () => said,
          (all) => pattern.test(all),
        ),
        done.then(() => said),
      ]);
    await printed(/> $/);
    await use({
      dialogsDir,
      localesDir,
      printed,
      async type(line) {
        said = '';
        input.write(`${line}\n`);
        return printed(/> $/);
      },
    });
    input.end();
    await done;
  });
}

describe('switchboard chat', () => {
  it('shows what the bot says, its segments and cost, and where the conversation stands', () =>
    inChat({ price: '0.01' }, async ({ type }) => {
      const asked = await type('Hi');
      expect(asked).to.include('bot    What is your name?\n');
      expect(asked).to.include('(1 segment, GSM-7, 0.0100)');
      expect(asked).to.match(
        /\[main\/name · en · active with the bot · [\d: -]+ · 1 segment, 0\.0100 so far\]/,
      );
      await type('Ana');
      expect(await type('/vars')).to.include('"name": "Ana"');
      const passed = await type('no');
      expect(passed).to.include('open in support, not_sure: Ana is not sure.');
    }));

  it('plays the agent, the clock and receipts', () =>
    inChat({}, async ({ type }) => {
      for (const line of ['Hi', 'Ana', 'no']) await type(line);
      expect(await type('/clock +9m')).not.to.include('bot ');
      expect(await type('/clock 1m30s')).to.include('bot    Sorry, please wait.');
      expect(await type('/agent say Hello')).to.include('! Only the agent who owns the conversation');
      expect(await type('/agent claim')).to.include('active with the agent');
      expect(await type('/agent say Which one?')).to.include('agent  Which one?');
      expect(await type('/receipt failed')).to.include('active with the agent');
      expect(await type('/agent return main/sure user.name=Eva')).to.include('bot    Is that right, Eva?');
      await type('/agent claim');
      for (const [part, state] of [
        ['wait', 'waiting'],
        ['resume', 'active'],
        ['end', 'wrap_up'],
      ]) {
        expect(await type(`/agent ${part}`)).to.include(`${state} with the agent`);
      }
      expect(await type('/agent close sold')).to.include('closed: sold');
    }));

  it('begins anew in another language, and names the letters that make a text leave in UCS-2', () =>
    inChat({ language: 'es' }, async ({ type }) => {
      expect(await type('Hola')).to.include('(1 segment, UCS-2 because of ó ú)');
      expect(await type('/language fr')).to.include('! there are en, es');
      expect(await type('/language en')).to.include('A new conversation in en');
      expect(await type('Hi')).to.include('GSM-7');
      expect(await type('/restart')).to.include('A new conversation in en');
    }));

  it('says what it does not understand', () =>
    inChat({}, async ({ type }) => {
      expect(await type('/help')).to.include('/clock +10m');
      for (const [line, told] of [
        ['/clok', '! there is no command /clok'],
        ['/clock soon', '! write a time'],
        ['/language', '! write a language'],
        ['/receipt', '! write /receipt'],
        ['/agent', '! the agent can'],
        ['/agent say', '! write what the agent says'],
      ] as const) {
        expect(await type(line)).to.include(told);
      }
      expect(await type('')).to.equal('> ');
    }));

  it('reads the dialogs again when they are saved, and keeps the last ones that were right', () =>
    inChat({}, async ({ type, printed, dialogsDir, localesDir }) => {
      await type('Hi');
      await writeFile(
        join(localesDir, 'en', 'main.json'),
        JSON.stringify({ ...EN, sure: 'Sure, {{user.name}}?' }),
      );
      await printed(/were saved: the conversation goes on/);
      expect(await type('Ana')).to.include('bot    Sure, Ana?');
      await writeFile(join(dialogsDir, 'main.yaml'), MAIN.replace('goto: sure', 'goto: shure'));
      await printed(/"shure" — write sure[\s\S]*the last ones that were right/);
      expect(await type('yes')).to.include('bot    Thank you!');
    }));

  it('ends with /quit, and refuses a price that is none and a language without texts', async () => {
    await inChat({}, async ({ type }) => {
      await type('/quit');
    });
    for (const options of [{ price: 'much' }, { language: 'fr' }]) {
      const streams = { input: new PassThrough(), output: new PassThrough() };
      expect((await refusal(runChatCommand({}, options, streams))).code).to.equal('settings_invalid');
    }
  });
});

import { expect } from 'chai';
import { mistakes, TEXTS } from '../support/mistakes.ts';

describe('loading dialogs finds in a locale file', () => {
  const withLocale = (text: string) =>
    mistakes({
      files: {
        'dialogs/main.yaml': 'id: main\ntriggers: [start]\nsteps:\n  - say: hello\n',
        'locales/en/main.json': text,
      },
    });

  it('what is not JSON, and nothing that follows from it', async () => {
    const found = await withLocale('{\n  "hello": "Hello"\n  "a": "A"\n}\n');
    expect(found).to.deep.equal([
      'locales/en/main.json:3:3 this is not JSON — check commas, quotes and brackets around here',
    ]);
  });

  it('a key that stands twice', async () => {
    expect(await withLocale('{\n  "hello": "Hello",\n  "hello": "Hi"\n}\n')).to.deep.equal([
      'locales/en/main.json:3:3 the same key stands twice in one map — keep one of them',
    ]);
  });

  it('an empty text', async () => {
    expect(await withLocale('{\n  "hello": ""\n}\n')).to.deep.equal([
      'locales/en/main.json:2:12 "hello" is empty — write it, or remove the key',
    ]);
  });

  it('braces that do not pair up, which a customer would see', async () => {
    const found = await withLocale('{\n  "hello": "Hello {{name}",\n  "a": "{{count, number}}"\n}\n');
    expect(found).to.deep.equal([
      'locales/en/main.json:2:12 "hello" has braces that do not pair up — write values as {{name}}',
    ]);
  });

  it('a text that is a number', async () => {
    const found = await withLocale('{\n  "hello": "Hello",\n  "n": 12\n}\n');
    expect(found).to.deep.equal([
      'locales/en/main.json:3:8 "n" is neither a text nor a list of texts — put it in quotes',
    ]);
  });

  it('a list at its top', async () => {
    const found = await withLocale('[]');
    expect(found).to.include(
      'locales/en/main.json:1:1 a locale file must hold a map of keys and texts — put { } around it',
    );
  });

  it('a folder that is no language', async () => {
    const found = await mistakes({
      files: {
        'dialogs/main.yaml': 'id: main\ntriggers: [start]\nsteps:\n  - say: hello\n',
        'locales/en/main.json': TEXTS,
        'locales/zh-tw/main.json': TEXTS,
        'locales/_drafts/main.json': TEXTS,
      },
    });
    expect(found).to.deep.equal([
      'locales/_drafts:1:1 the folder is not named by a language — name it by its BCP 47 tag, such as zh-TW',
      'locales/zh-tw:1:1 the folder is not named by a language — rename it zh-TW',
    ]);
  });
});

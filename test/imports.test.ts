import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect } from 'chai';

const SRC = resolve(import.meta.dirname, '../src');

/** Files that belong to no part and that anybody may import: they import nothing of ours but each other. */
const LEAVES = ['errors', 'log', 'config', 'bot-turn', 'cel', 'languages', 'wake'];

/** What each part may import: other parts, and packages. `*` = everything. */
const RULES: Record<string, { parts: string[]; packages: string[] }> = {
  store: { parts: [], packages: ['mongodb', 'lmdb', 'mingo', 'msgpackr', 'sorted-btree'] },
  conversations: { parts: ['store'], packages: ['luxon'] },
  telesign: { parts: [], packages: ['undici', 'zod', 'botbuilder-core'] },
  bot: {
    parts: [],
    packages: [
      'botbuilder-core',
      'botbuilder-dialogs',
      'yaml',
      'i18next',
      'zod',
      '@microsoft/recognizers-text-number',
    ],
  },
  publishing: { parts: ['bot', 'store'], packages: [] },
  webhooks: { parts: ['store'], packages: [] },
  workers: { parts: ['conversations', 'telesign', 'store', 'webhooks'], packages: [] },
  http: {
    parts: ['conversations', 'telesign', 'store', 'webhooks', 'publishing'],
    packages: ['restify', 'zod', 'zod-openapi', 'pino', 'libphonenumber-js'],
  },
  emulator: { parts: ['telesign'], packages: ['restify', 'zod', 'undici'] },
};

/** Bot Framework left support at the end of 2025: what replaces it one day has these files to change. */
const BOT_FRAMEWORK = /^(bot\/|telesign\/(adapter|turn-storage|activity-text|open-turn)\.ts$|app\.ts$)/;

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));

function importsOf(file: string): string[] {
  const source = readFileSync(join(SRC, file), 'utf8');
  const statements = source.matchAll(
    /^(?:import|export)\s+(?:type\s+)?(?:[\w*{][^'"`;]*?\s+from\s+)?'([^']+)';$|\bimport\('([^']+)'\)/gm,
  );
  return [...statements].map(([, named, dynamic]) => named ?? dynamic ?? '').filter((name) => name !== '');
}

/** The folder of a file of ours, or the file's own name when it lies in `src` itself. */
function partOf(file: string): string {
  const [first = '', ...rest] = file.split('/');
  return rest.length > 0 ? first : first.replace(/\.tsx?$/, '');
}

function packageOf(specifier: string): string {
  const [scope = '', name = ''] = specifier.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}

describe('imports', () => {
  for (const [part, rule] of Object.entries(RULES)) {
    it(`of ${part} go to ${[...rule.parts, ...rule.packages].join(', ')} only`, () => {
      const wrong: string[] = [];
      for (const file of files.filter((name) => partOf(name) === part)) {
        for (const specifier of importsOf(file)) {
          if (specifier.startsWith('node:')) continue;
          const local = specifier.startsWith('.');
          const target = local
            ? partOf(relative(SRC, resolve(SRC, dirname(file), specifier)))
            : packageOf(specifier);
          const fine = local
            ? target === part || LEAVES.includes(target) || rule.parts.includes(target)
            : rule.packages.includes(target);
          if (!fine) wrong.push(`${file} imports ${specifier}`);
        }
      }
      expect(wrong).to.deep.equal([]);
    });
  }

  it('of the files that anybody may import go to each other only', () => {
    const wrong = LEAVES.flatMap((leaf) =>
      importsOf(`${leaf}.ts`)
        .filter((specifier) => specifier.startsWith('.'))
        .filter((specifier) => !LEAVES.includes(partOf(specifier.replace('./', ''))))
        .map((specifier) => `${leaf} imports ${specifier}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('of Bot Framework stand in few files', () => {
    const users = files.filter((file) =>
      importsOf(file).some((name) => /^botbuilder|^botframework/.test(name)),
    );
    expect(users.filter((file) => !BOT_FRAMEWORK.test(file))).to.deep.equal([]);
  });

  it('know every folder of src', () => {
    const folders = new Set(files.filter((file) => file.includes('/')).map(partOf));
    expect([...folders].filter((folder) => !(folder in RULES))).to.deep.equal([]);
  });
});

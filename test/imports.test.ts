import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect } from 'chai';

const SRC = resolve(import.meta.dirname, '../src');

/** Files that belong to no part and that anybody may import: they import nothing of ours but each other. */
const LEAVES = [
  'errors',
  'log',
  'config',
  'bot-turn',
  'cel',
  'languages',
  'safe-pattern',
  'seal',
  'setting-lists',
  'tracing',
  'wake',
  'within-time',
];

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
      '@microsoft/recognizers-text-number-with-unit',
      '@microsoft/recognizers-text-date-time',
      'libphonenumber-js',
      'luxon',
    ],
  },
  lint: { parts: ['bot', 'telesign'], packages: [] },
  publishing: { parts: ['bot', 'store'], packages: [] },
  workbench: {
    parts: ['bot', 'conversations', 'store', 'telesign'],
    packages: ['@viz-js/viz', 'yaml', 'zod'],
  },
  cli: {
    parts: [
      'workbench',
      'lint',
      'bot',
      'emulator',
      'app-bot',
      'admin-commands',
      'data-commands',
      'doctor',
      'doctor-finding',
      'dialog-http',
      'listen-error',
      'main',
      'start-failure',
    ],
    packages: ['commander', 'zod', 'undici'],
  },
  webhooks: { parts: ['store'], packages: [] },
  backup: { parts: ['store'], packages: [] },
  privacy: { parts: ['store', 'conversations', 'files'], packages: [] },
  files: { parts: ['store'], packages: [] },
  channels: { parts: ['store', 'telesign'], packages: [] },
  configuration: { parts: ['http', 'service-client', 'sign-in'], packages: ['zod', 'yaml'] },
  'sign-in': { parts: [], packages: ['jose'] },
  translation: { parts: [], packages: ['undici', 'zod'] },
  workers: { parts: ['conversations', 'telesign', 'store', 'webhooks', 'privacy'], packages: [] },
  http: {
    parts: [
      'channels',
      'conversations',
      'sign-in',
      'telesign',
      'store',
      'webhooks',
      'publishing',
      'backup',
      'privacy',
      'files',
      'translation',
    ],
    packages: ['restify', 'zod', 'zod-openapi', 'pino', 'libphonenumber-js', 'rate-limiter-flexible'],
  },
  // Of `http` only the types of its schemas: the test below. Of `telesign` only how texts are counted.
  console: { parts: ['http', 'telesign'], packages: ['preact', 'vite'] },
  emulator: { parts: ['telesign'], packages: ['restify', 'zod', 'undici'] },
};

/** Bot Framework left support at the end of 2025: what replaces it one day has these files to change. */
const BOT_FRAMEWORK = /^(bot\/|telesign\/(adapter|turn-storage|activity-text|open-turn)\.ts$|app-bot\.ts$)/;

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

  it('of the console are of the server’s types alone, and of how texts are counted', () => {
    const wrong = files
      .filter((file) => partOf(file) === 'console')
      .flatMap((file) =>
        [...readFileSync(join(SRC, file), 'utf8').matchAll(/^import (?!type ).*'(\.\.\/[^']+)';$/gm)]
          .map(([, specifier = '']) => relative(SRC, resolve(SRC, dirname(file), specifier)))
          .filter((target) => partOf(target) !== 'console' && target !== 'telesign/text.ts')
          .map((target) => `${file} imports ${target}`),
      );
    expect(wrong).to.deep.equal([]);
  });

  it('use every package that comes with the service', () => {
    const { dependencies } = JSON.parse(readFileSync(resolve(SRC, '../package.json'), 'utf8'));
    const used = new Set(files.flatMap((file) => importsOf(file)).map(packageOf));
    const loaded = files.map((file) => readFileSync(join(SRC, file), 'utf8')).join('');
    const unused = Object.keys(dependencies).filter(
      (name) => !used.has(name) && !loaded.includes(`require('${name}')`),
    );
    // What a program with a bot of its own builds it with, in the version that fits ours; and what the postinstall script
    // of botbuilder-dialogs runs by npx, which would fetch it from the network at each install.
    expect(unused).to.deep.equal(['botbuilder', 'rimraf']);
  });

  it('know every folder of src', () => {
    const folders = new Set(files.filter((file) => file.includes('/')).map(partOf));
    expect([...folders].filter((folder) => !(folder in RULES))).to.deep.equal([]);
  });
});

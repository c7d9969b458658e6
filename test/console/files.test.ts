import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { threadOf } from '../../src/console/model/thread.ts';
import { move, type Reason, TRANSITIONS, type Transition } from '../../src/conversations/state.ts';
import { STATUSES } from '../../src/http/problem.ts';
import type { Handler, Place, State } from '../../src/store/documents.ts';
import { buildConsole } from './stage.ts';

const ROOT = join(import.meta.dirname, '../..');
const LANGUAGES = ['en', 'es', 'zh-TW'];

/** KiB of scripts, compressed, that the whole console may be. */
const MOST = 120;

async function textsOf(language: string): Promise<Record<string, string>> {
  return JSON.parse(await readFile(join(ROOT, 'locales', language, 'console.json'), 'utf8'));
}

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

describe('the files of the console', () => {
  it('are small', async () => {
    await buildConsole();
    const folder = join(ROOT, 'dist/console/assets');
    const scripts = (await readdir(folder)).filter((name) => name.endsWith('.js'));
    let bytes = 0;
    for (const name of scripts) bytes += gzipSync(await readFile(join(folder, name))).length;
    expect(bytes / 1024).to.be.below(MOST);
  }).timeout(30_000);

  it('say the same in every language, with the same values', async () => {
    const english = await textsOf('en');
    for (const language of LANGUAGES) {
      const texts = await textsOf(language);
      expect(Object.keys(texts), language).to.deep.equal(Object.keys(english));
      for (const [key, text] of Object.entries(texts)) {
        expect(text.trim(), `${language} ${key}`).to.not.equal('');
        expect(placeholders(text), `${language} ${key}`).to.deep.equal(placeholders(english[key]!));
      }
    }
  });

  it('ask for no text that there is not, and there is none that they do not ask for', async () => {
    const english = new Set(Object.keys(await textsOf('en')).map((key) => key.replace(/_(one|other)$/, '')));
    const folder = join(ROOT, 'src/console');
    const names = (await readdir(folder, { recursive: true })).filter((name) => /\.tsx?$/.test(name));
    const sources = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    const source = sources.join('\n');
    const asked = new Set([...source.matchAll(/['`]([a-z]+\.[a-z_0-9]+)['`]/g)].map(([, key]) => key ?? ''));
    const groups = [...source.matchAll(/`([a-z]+\.[a-z_]*)\$\{/g)].map(([, start]) => start ?? '');
    const made = (key: string) => groups.some((start) => key.startsWith(start)) || LABELLED.test(key);
    const ofTexts = [...asked].filter((key) => english.has(key) || GROUPS.test(key));
    expect(ofTexts.filter((key) => !english.has(key))).to.deep.equal([]);
    expect([...english].filter((key) => !asked.has(key) && !made(key))).to.deep.equal([]);
  });

  it('have a text for each error that they can get, and for no other', async () => {
    const codes: string[] = Object.keys(STATUSES);
    expect(codes).to.include.members(NEVER);
    const written = Object.keys(await textsOf('en')).filter((key) => key.startsWith('error.'));
    const got = codes.filter((code) => !NEVER.includes(code));
    expect(written).to.have.members(['error.unreachable', ...got.map((code) => `error.${code}`)]);
  });

  it('have a text for each reason that a transcript shows, and for no other', async () => {
    const places = ['closed', 'bot', 'open', 'agent', 'waiting', 'wrap_up'] as const;
    const transitions = Object.entries(TRANSITIONS) as [Transition, { reasons: readonly Reason[] }][];
    const shown = new Set<string>();
    for (const [transition, { reasons }] of transitions) {
      for (const [place, reason] of places.flatMap((one) => reasons.map((other) => [one, other] as const))) {
        const { state, handler } = situationAt(place);
        const parties = { agentId: 'ana', queueId: 'support', reason };
        const moved = move({ state, ...(handler && { handler }) }, transition, 0, parties);
        const stretches = moved.allowed ? moved.stretches : [];
        const since = new Date(0).toISOString();
        const none = { agentId: null, queueId: null, handoff: null };
        for (const item of threadOf(
          [],
          stretches.map((one) => ({ ...none, ...one, since })),
        )) {
          if (item.kind === 'event') shown.add(`reason.${item.reason}`);
        }
      }
    }
    const written = Object.keys(await textsOf('en')).filter((key) => key.startsWith('reason.'));
    expect(written).to.have.members([...shown]);
  });
});

function situationAt(place: Place): { state: State; handler?: Handler } {
  return place === 'bot' || place === 'agent' ? { state: 'active', handler: place } : { state: place };
}

/** Errors of what the console does not ask for: callbacks of TeleSign, files and pictures, methods that there are not. */
const NEVER = [
  'bad_signature',
  'unknown_channel',
  'number_of_another_channel',
  'callback_not_understood',
  'method_not_allowed',
  'attachments_off',
  'file_refused',
  'media_refused',
  'media_unreachable',
];

/** Groups whose texts are asked for by a code of the service. */
const LABELLED = /^(handoff|outcome|choice|verdict)\./;
const GROUPS =
  /^(app|nav|menu|inbox|do|keys|error|composer|thread|summary|close|transfer|return|signin|mentions)\./;

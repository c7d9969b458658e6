import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { readDocument } from '../../../src/console/admin/operations.ts';
import {
  changesOf,
  emptyOf,
  type Fields,
  isFields,
  partOf,
  READ_AT,
  resolved,
  type Schema,
  shapeOf,
  variantOf,
} from '../../../src/console/admin/schema.ts';
import { SECTIONS } from '../../../src/console/admin/sections.ts';
import { VERDICTS } from '../../../src/telesign/verdict.ts';
import { openStage, type Stage } from '../../http/stage.ts';

describe('a form of a schema', () => {
  let stage: Stage;
  let root: Fields;
  before(async () => {
    stage = await openStage();
    root = (await stage.call('GET /openapi.json', { as: null })).body;
  });
  after(() => stage.close());

  const named = (name: string): Schema => resolved({ $ref: `#/components/schemas/${name}` }, root);
  const field = (name: string, path: string): Schema =>
    path.split('.').reduce<Schema>((schema, key) => {
      const shape = shapeOf(schema, root);
      return shape.kind === 'fields' ? (shape.fields.find(([known]) => known === key)?.[1] ?? {}) : {};
    }, named(name));

  it('reads every operation of the document, whatever its body is', () => {
    const { operations } = readDocument(root);
    expect(operations.get('changeQueue')).to.include({ method: 'PATCH', path: '/api/queues/{id}' });
    for (const { list } of SECTIONS) expect([...operations.keys()], list).to.include(list);
  });

  it('shows each kind of field of the API as what it is', () => {
    const kinds = (
      [
        ['NewQueue', 'name'],
        ['NewQueue', 'priority'],
        ['NewQueue', 'hours'],
        ['NewQueue', 'overflow'],
        ['NewAgent', 'role'],
        ['NewAgent', 'queues'],
        ['NewAgent', 'limits'],
        ['NewQuickReply', 'texts'],
        ['NewQuickReply', 'personal'],
        ['WorkstreamChanges', 'settings.times.remind'],
        ['WorkstreamChanges', 'settings.reopenSeconds'],
        ['WorkstreamChanges', 'settings.capacity.wrapUp'],
      ] as const
    ).map(([name, path]) => {
      const { kind, nullable } = shapeOf(field(name, path), root);
      return `${path}: ${kind}${nullable ? '?' : ''}`;
    });
    expect(kinds).to.deep.equal([
      'name: text',
      'priority: number',
      'hours: fields?',
      'overflow: list',
      'role: choice',
      'queues: words',
      'limits: named',
      'texts: named',
      'personal: switch',
      'settings.times.remind: number?',
      'settings.reopenSeconds: number?',
      'settings.capacity.wrapUp: variants',
    ]);
  });

  it('finds something to show in every request of the API', () => {
    const lost: string[] = [];
    const walk = (schema: Schema, path: string, depth: number): void => {
      const shape = shapeOf(schema, root);
      if (shape.kind === 'json' && depth < 3) lost.push(path);
      if (depth > 5) return;
      if (shape.kind === 'fields')
        for (const [name, below] of shape.fields) walk(below, `${path}.${name}`, depth + 1);
      if (shape.kind === 'list' || shape.kind === 'named') walk(shape.item, `${path}[]`, depth + 1);
      if (shape.kind === 'variants') for (const one of shape.variants) walk(one, path, depth + 1);
    };
    for (const name of [
      'NewQueue',
      'NewAgent',
      'NewQuickReply',
      'NewMacro',
      'NewChannel',
      'WorkstreamChanges',
    ]) {
      walk(named(name), name, 0);
    }
    expect(lost).to.deep.equal([]);
  });

  it('has a name for each field, each choice and each verdict on a channel, in every language', async () => {
    const { operations } = readDocument(root);
    const asked = new Set<string>();
    const seen = new Set<Schema>();
    const read = (given: Schema) => {
      const schema = resolved(given, root);
      if (seen.has(schema)) return;
      seen.add(schema);
      const shape = shapeOf(schema, root);
      if (shape.kind === 'choice') for (const choice of shape.choices) asked.add(`choice.${choice}`);
      if (shape.kind === 'list' || shape.kind === 'named') read(shape.item);
      if (shape.kind === 'variants') shape.variants.forEach(read);
      if (shape.kind !== 'fields') return;
      for (const [name, inner] of shape.fields) {
        if (name === READ_AT) continue;
        const field = shapeOf(inner, root);
        asked.add(field.kind === 'fixed' ? `choice.${field.value}` : `field.${name}`);
        read(inner);
      }
    };
    for (const { create, change, tryOut, columns } of SECTIONS) {
      for (const id of [create, change, tryOut]) read(operations.get(id ?? '')?.body ?? {});
      for (const column of columns) asked.add(`field.${column}`);
    }
    for (const verdict of VERDICTS) asked.add(`verdict.${verdict}`);
    for (const language of ['en', 'es', 'zh-TW']) {
      const file = join(import.meta.dirname, `../../../locales/${language}/console.json`);
      const texts = new Set(Object.keys(JSON.parse(await readFile(file, 'utf8'))));
      // Names of events of webhooks are for programs.
      const missing = [...asked].filter((key) => !texts.has(key) && !/^choice\.\w+\.\w+$/.test(key));
      expect(missing.sort(), language).to.deep.equal([]);
    }
  });

  it('begins with what the API would take if nothing is said, and with what must be said', () => {
    expect(emptyOf(named('NewQueue'), root)).to.deep.include({ priority: 0, hours: null, overflow: [] });
    expect(emptyOf(named('NewAgent'), root)).to.deep.include({ role: 'agent', capacity: 5, queues: [] });
  });

  it('knows which of several a value is', () => {
    const shape = shapeOf(field('NewQueue', 'overflow'), root);
    const rule = shape.kind === 'list' ? shapeOf(shape.item, root) : shape;
    const when = rule.kind === 'fields' ? shapeOf(rule.fields[0]![1], root) : rule;
    if (when.kind !== 'variants') throw new Error('not several');
    expect(variantOf(when.variants, { is: 'full', waiting: 3 }, root)).to.equal(1);
    expect(variantOf(when.variants, { is: 'age', seconds: 60 }, root)).to.equal(2);
    expect(emptyOf(when.variants[2]!, root)).to.deep.equal({ is: 'age', seconds: undefined });
  });

  it('sends of a change what differs, field by field', () => {
    const before = {
      name: 'a',
      settings: { times: { remind: 1, close: 2 }, routes: [1] },
      texts: { en: 'x', es: 'y' },
    };
    const after = {
      name: 'a',
      settings: { times: { remind: 5, close: 2 }, routes: [1] },
      texts: { en: 'x' },
    };
    expect(changesOf(before, after)).to.deep.equal({
      settings: { times: { remind: 5 } },
      texts: { en: 'x' },
    });
    expect(changesOf(before, before)).to.deep.equal({});
  });

  it('leaves out of what is there what a change cannot name', async () => {
    const { body } = await stage.call('GET /api/queues/support', { as: 'root' });
    const part = partOf(body, named('QueueChanges'), root);
    expect(isFields(part) && Object.keys(part).sort()).to.deep.equal(
      Object.keys(named('QueueChanges').properties ?? {}).sort(),
    );
  });
});

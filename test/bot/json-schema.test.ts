import { readdir, readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { parse } from 'yaml';
import { z } from 'zod';
import { fieldsByKind, generated, withTables } from '../../scripts/dialog-reference.ts';
import { jsonSchema, type SchemaName } from '../../src/bot/json-schema.ts';
import { FIELDS, STEP_KINDS } from '../../src/bot/script.ts';

describe('the schema of dialog files', () => {
  it('describes every field of every kind of step', () => {
    const fields = [...fieldsByKind()].flatMap(([kind, all]) => all.map((field) => ({ kind, ...field })));
    expect(fields.filter(({ description }) => !description)).to.deep.equal([]);
  });

  it('knows every kind of step, and all that messages name', () => {
    const kinds = fieldsByKind();
    expect([...kinds.keys()]).to.have.members(['file', ...STEP_KINDS]);
    for (const kind of ['file', ...STEP_KINDS] as const) {
      const names = kinds.get(kind)?.map(({ name }) => name) ?? [];
      expect(names.filter((name) => !name.includes('.'))).to.have.members(FIELDS[kind]);
    }
  });

  it('gives the fields of maps within a step their place in the name', () => {
    const names = fieldsByKind()
      .get('handoff')
      ?.map(({ name }) => name);
    expect(names).to.include.members(['on', 'on.untaken', 'on.untaken.after', 'on.returned']);
  });

  it('is what the reference and the file for editors say: else run npm run docs:dialogs', async () => {
    for (const { file, text } of await generated()) {
      expect(await readFile(file, 'utf8'), file).to.equal(text);
    }
  });

  it('takes the sample files, and not those with a mistake', async () => {
    const takes = (name: SchemaName, value: unknown) =>
      z.fromJSONSchema(jsonSchema(name) as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value).success;
    for (const file of await readdir('dialogs')) {
      if (file.endsWith('.test.yaml')) continue;
      expect(takes('dialog', parse(await readFile(`dialogs/${file}`, 'utf8'))), file).to.equal(true);
    }
    for (const file of await readdir('locales/es')) {
      const texts = JSON.parse(await readFile(`locales/es/${file}`, 'utf8'));
      expect(takes(file === 'system.json' ? 'system' : 'locale', texts), file).to.equal(true);
    }
    expect(takes('dialog', { id: 'x', steps: [{ say: 'a', alon: true }] })).to.equal(false);
    expect(takes('locale', { a: { b: 1 } })).to.equal(false);
    expect(takes('system', { help: ['x'] })).to.equal(false);
  });

  it('has a table for each kind of step in the reference', async () => {
    const page = await readFile('docs/dialogs.md', 'utf8');
    for (const kind of ['file', ...STEP_KINDS]) expect(page).to.include(`<!-- fields of ${kind} -->\n`);
  });

  it('replaces a table that says something else', () => {
    const page = 'a\n<!-- fields of goto -->\n| old |\n<!-- end -->\nb\n';
    expect(withTables(page)).to.match(
      /^a\n<!-- fields of goto -->\n\| field .*\n.*\n\| `goto` \| yes \| Id of a step .*\|\n<!-- end -->\nb\n$/,
    );
  });
});

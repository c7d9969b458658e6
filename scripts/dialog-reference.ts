import { readFile, writeFile } from 'node:fs/promises';
import { type JsonSchema, jsonSchema } from '../src/bot/json-schema.ts';
import { RULES } from '../src/bot/rules.ts';
import { STEP_KINDS } from '../src/bot/script.ts';

/** One field of a dialog file; those of maps within a step have dots in their names, such as `on.untaken.after`. */
export interface Field {
  name: string;
  isNeeded: boolean;
  description: string | undefined;
}

/** The fields of each kind of step, and under `file` those of a dialog file, in the order of the schema. */
export function fieldsByKind(): Map<string, Field[]> {
  const schema = jsonSchema('dialog');
  const kinds = new Map([['file', [...fieldsOf(schema, '')]]]);
  for (const step of branchesOf(Reflect.get(schema.definitions ?? {}, 'step'))) {
    const kind = STEP_KINDS.find((name) => step.required?.includes(name));
    if (kind === undefined) throw new Error(`A step without a kind: ${Object.keys(step.properties ?? {})}`);
    kinds.set(kind, [...fieldsOf(step, '')]);
  }
  return kinds;
}

function* fieldsOf({ properties = {}, required = [] }: JsonSchema, within: string): Generator<Field> {
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'boolean') continue;
    const whole = within + name;
    yield { name: whole, isNeeded: required.includes(name), description: value.description };
    for (const map of branchesOf(value)) yield* fieldsOf(map, `${whole}.`);
  }
}

/** The maps that a value may be, or be a list of. Steps have tables of their own. */
function branchesOf(value: JsonSchema['items'] | boolean): JsonSchema[] {
  if (typeof value !== 'object' || Array.isArray(value)) return [];
  const { anyOf, oneOf, items } = value;
  return [value, ...[...(anyOf ?? []), ...(oneOf ?? [])].flatMap(branchesOf), ...branchesOf(items)].filter(
    ({ properties }) => properties !== undefined,
  );
}

const TABLE = /<!-- (?:fields of (\w+)|(\w+)s) -->\n[\s\S]*?<!-- end -->/g;

/**
 * A page with its tables written anew: those between `<!-- fields of say -->`, or `<!-- errors -->` for the rules of the
 * lint, and `<!-- end -->`.
 */
export function withTables(page: string): string {
  const kinds = fieldsByKind();
  return page.replace(TABLE, (_whole, kind: string | undefined, severity: string) => {
    if (kind === undefined) return `<!-- ${severity}s -->\n${rulesOf(severity)}<!-- end -->`;
    const fields = kinds.get(kind);
    if (!fields) throw new Error(`There is no kind of step "${kind}".`);
    return `<!-- fields of ${kind} -->\n${tableOf(fields, kind !== 'file')}<!-- end -->`;
  });
}

/** `id` means the same in each step: the page says it once, above them. */
function tableOf(fields: readonly Field[], isStep: boolean): string {
  const rows = fields
    .filter(({ name }) => !isStep || name !== 'id')
    .map(({ name, isNeeded, description = '' }) => {
      const needed = isNeeded ? 'yes' : '';
      return `| \`${name}\` | ${needed} | ${description.replaceAll('|', '\\|')} |\n`;
    });
  return `| field | needed | |\n|---|---|---|\n${rows.join('')}`;
}

function rulesOf(severity: string): string {
  const rows = Object.entries(RULES)
    .filter(([, rule]) => rule.severity === severity)
    .map(([code, { meaning, remedy }]) => `| \`${code}\` | ${meaning} | ${remedy} |\n`);
  return `| rule | what is wrong | what to do |\n|---|---|---|\n${rows.join('')}`;
}

/** What each file that is made of the schema should hold. */
export async function generated(): Promise<{ file: string; text: string }[]> {
  const page = 'docs/dialogs.md';
  return [
    { file: page, text: withTables(await readFile(page, 'utf8')) },
    ...(['dialog', 'locale'] as const).map((name) => ({
      file: `docs/${name}.schema.json`,
      text: `${JSON.stringify(jsonSchema(name), null, 2)}\n`,
    })),
  ];
}

if (process.argv[1] === import.meta.filename) {
  for (const { file, text } of await generated()) await writeFile(file, text);
}

import { parse, stringify, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { SwitchboardError } from '../errors.ts';
import { type Item, SECTIONS, type Section } from './sections.ts';

/** What a file says, by section. A section that it does not have is left alone. */
export type Configuration = ReadonlyMap<Section, readonly Item[]>;

const VERSION = 1;

const HEAD = `# The configuration of switchboard: what administrators set up through the API, without keys, secrets and tokens,
# and without what is after the ? of webhooks' URLs.
# switchboard config apply <this file> shows what differs; with --yes it is applied. What is not in here stays as it is.
`;

/** A problem of the file, with its place. */
interface Problem {
  path: string;
  message: string;
}

export function writeConfiguration(configuration: Configuration): string {
  const sections = [...configuration].map(([{ name }, items]) => [name, items]);
  const file = { version: VERSION, ...Object.fromEntries(sections) };
  return HEAD + stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
}

/**
 * Reads a file, and checks each item with the API's own schema, so that a mistake is told before anything is changed and
 * what the API adds by itself makes no difference. Throws `configuration_invalid` with every mistake.
 */
export function readConfiguration(text: string): Configuration {
  const problems: Problem[] = [];
  const read = new Map<Section, Item[]>();
  const file = fileOf(text);
  for (const section of SECTIONS) {
    const given = file[section.name];
    if (given === undefined) continue;
    const items: Item[] = [];
    const keys = new Set<unknown>();
    for (const [n, item] of given.entries()) {
      const path = `${section.name}.${n}`;
      const checked = checkedItem(section, item, path, problems);
      if (checked === null) continue;
      const key = checked[section.key];
      if (keys.has(key))
        problems.push({ path: `${path}.${section.key}`, message: 'it is in the file already' });
      keys.add(key);
      items.push(checked);
    }
    read.set(section, items);
  }
  if (problems.length > 0) throw invalid(problems);
  return read;
}

function checkedItem(section: Section, item: Item, path: string, problems: Problem[]): Item | null {
  const secret = Object.keys(item).filter((field) => !section.fields.includes(field));
  for (const field of secret) problems.push({ path: `${path}.${field}`, message: 'There is no such field.' });
  const { [section.key]: key, ...fields } = item;
  if (typeof key !== 'string' || key === '') {
    problems.push({ path: `${path}.${section.key}`, message: 'write what it is called' });
    return null;
  }
  const given = section.key in section.change.shape ? { ...fields, [section.key]: key } : fields;
  const result = section.change.safeParse(given);
  if (result.success) return secret.length > 0 ? null : { [section.key]: key, ...result.data };
  problems.push(...problemsOf(result.error, path));
  return null;
}

export function problemsOf({ issues }: z.ZodError, path: string): Problem[] {
  return issues.map((issue) => ({ path: [path, ...issue.path].join('.'), message: issue.message }));
}

export function invalid(problems: readonly Problem[]): SwitchboardError {
  const lines = problems.map(({ path, message }) => `  ${path}: ${message}`);
  return new SwitchboardError(
    'configuration_invalid',
    `The configuration has mistakes:\n${lines.join('\n')}`,
    {
      details: { problems },
    },
  );
}

const sections = Object.fromEntries(
  SECTIONS.map(({ name }) => [name, z.array(z.record(z.string(), z.unknown())).max(10_000).optional()]),
);
const fileSchema = z.strictObject({
  version: z.literal(VERSION, `this version reads files with version: ${VERSION}`),
  ...sections,
});

function fileOf(text: string): { [section: string]: readonly Item[] | undefined } {
  let value: unknown;
  try {
    // As many aliases as a person writes; more would make a small file large.
    value = parse(text, { maxAliasCount: 20, prettyErrors: false, uniqueKeys: true });
  } catch (error) {
    const message = error instanceof YAMLParseError ? `${error.code} at ${error.pos[0]}` : 'too many aliases';
    throw invalid([{ path: 'file', message: `this is not YAML: ${message}` }]);
  }
  const result = fileSchema.safeParse(value);
  if (!result.success) throw invalid(problemsOf(result.error, 'file'));
  const { version: _, ...found } = result.data;
  return found;
}

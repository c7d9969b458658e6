import { LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { instead, nearest } from './nearest.ts';
import { type Path, type Problem, Source } from './problems.ts';
import { FIELDS, type Script, STEP_KINDS, scriptSchema } from './script.ts';

type Issue = z.core.$ZodIssue;

/** A dialog file as written: what it says, where it says it, and what is wrong with its form. */
export interface ScriptFile {
  source: Source;
  /** Missing when the form is wrong. */
  script?: Script;
  problems: Problem[];
}

/** Reads the text of one dialog file. `file` is its name in messages. Never throws for what the text holds. */
export function readScript(file: string, text: string): ScriptFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const source = new Source(file, document, lines);
  const problems = [...document.errors, ...document.warnings].map((error) =>
    source.atOffset(error.pos[0], ...yamlMistake(error.code, error.message), 'yaml'),
  );
  // A few lines of aliases can stand for gigabytes, or for themselves.
  if (text.includes('*'))
    visit(document, {
      Alias: (_key, { source: name, range }) => {
        const reason = `*${name} refers to another place of the file`;
        problems.push(source.atOffset(range?.[0] ?? 0, reason, 'write out what is meant', 'yaml'));
      },
    });
  if (problems.length > 0) return { source, problems };
  const value: unknown = document.toJS();
  const parsed = scriptSchema.safeParse(value);
  if (parsed.success) return { source, script: parsed.data, problems };
  for (const issue of parsed.error.issues) problems.push(...formMistakes(source, value, issue, []));
  return { source, problems };
}

function yamlMistake(code: string, message: string): [reason: string, remedy: string] {
  switch (code) {
    case 'DUPLICATE_KEY':
      return ['the same field stands twice in one map', 'keep one of them'];
    case 'TAB_AS_INDENT':
      return ['a tab is used to indent', 'indent with spaces'];
    case 'TAG_RESOLVE_FAILED':
      return ['a text that starts with ! is a YAML tag', 'put the text in quotes'];
    case 'BAD_INDENT':
      return [`not well-formed YAML: ${message}`, 'line up the fields of one step'];
    case 'MULTIPLE_DOCS':
      return ['the file holds more than one document', 'put each dialog into a file of its own'];
    default:
      return [`not well-formed YAML: ${message}`, 'mend it, or put the text in quotes'];
  }
}

/** `above` is the path of the union that `issue` was found in: zod's paths start there. */
function* formMistakes(source: Source, file: unknown, issue: Issue, above: Path): Generator<Problem> {
  const path = [...above, ...issue.path];
  const value = valueAt(file, path);
  if (issue.code === 'invalid_union') {
    yield* unionMistakes(source, file, issue, path, value);
    return;
  }
  const name = fieldName(path);
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) yield unknownField(source, path, key);
  } else if (issue.code === 'invalid_key') {
    const key = String(path.at(-1));
    const [first] = issue.issues;
    yield source.atKey(
      path.slice(0, -1),
      key,
      `the name "${key}" ${first?.message ?? 'is not allowed'}`,
      'rename it',
    );
  } else if (issue.code === 'invalid_type') {
    yield wrongType(source, path, name, issue.expected, value);
  } else if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    yield source.at(
      path,
      `${name} cannot be ${shown(value)}`,
      instead(String(value), values, 'leave it out'),
    );
  } else {
    yield source.at(path, `${name} ${issue.message}`, 'change it');
  }
}

function* unionMistakes(
  source: Source,
  file: unknown,
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: Path,
  value: unknown,
): Generator<Problem> {
  const list = path.at(-2);
  if (list === 'triggers') {
    yield* triggerMistakes(source, file, issue, path, value);
  } else if (typeof path.at(-1) === 'number') {
    yield* stepMistakes(source, file, issue, path, value);
  } else {
    // Only expressions are left. An empty text is what they refuse among the types they allow.
    yield source.at(
      path,
      `${fieldName(path)} must be a CEL expression, not ${shown(value)}`,
      'write an expression such as order.found == false',
    );
  }
}

/** In the order in which the schema tries them, after the plain words. */
const TRIGGER_FIELDS = ['keywords', 'pattern', 'event', 'silence'];

function* triggerMistakes(
  source: Source,
  file: unknown,
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: Path,
  value: unknown,
): Generator<Problem> {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  const place = isMap ? TRIGGER_FIELDS.findIndex((field) => Object.hasOwn(value, field)) : -1;
  if (place < 0) {
    const fields = TRIGGER_FIELDS.map((field) => `{ ${field}: … }`).join(', ');
    yield source.at(path, `${shown(value)} is not a trigger`, `use start, fallback, workstream, ${fields}`);
    return;
  }
  for (const inner of issue.errors[place + 1] ?? []) yield* formMistakes(source, file, inner, path);
}

function* stepMistakes(
  source: Source,
  file: unknown,
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: Path,
  value: unknown,
): Generator<Problem> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    yield source.at(
      path,
      `a step cannot be ${shown(value)}`,
      'write its kind and a value, such as say: welcome',
    );
    return;
  }
  const named = STEP_KINDS.filter((kind) => Object.hasOwn(value, kind));
  // What an answer is confirmed with is a field of the question.
  const kinds = named.includes('ask') ? named.filter((kind) => kind !== 'confirm') : named;
  const [kind, second] = kinds;
  if (kind === undefined) {
    const names = Object.keys(value).filter((name) => name !== 'id');
    const near = names.map((name) => nearest(name, STEP_KINDS)).find((found) => found !== undefined);
    const reason = `no known kind of step: ${names.join(', ') || 'it only has an id'}`;
    const known = `the kinds are ${STEP_KINDS.join(', ')}`;
    yield source.at(
      path,
      reason,
      near === undefined ? known : `did you mean ${near}? ${known}`,
      'unknown_kind',
    );
  } else if (second !== undefined) {
    yield source.atKey(
      path,
      second,
      `a step does one thing, and this one has ${kinds.join(' and ')}`,
      'make a step of each',
      'unknown_kind',
    );
  } else {
    const branch = issue.errors[STEP_KINDS.indexOf(kind)] ?? [];
    for (const inner of branch) yield* formMistakes(source, file, inner, path);
  }
}

function unknownField(source: Source, path: Path, key: string): Problem {
  const last = path.at(-1);
  const map: unknown = path.length === 0 ? undefined : source.document.getIn(path);
  const holds = (name: string) =>
    typeof map === 'object' && map !== null && 'has' in map && typeof map.has === 'function' && map.has(name);
  const list = (['options', 'validate', 'response'] as const).find((name) => name === path.at(-2));
  const within = (['on', 'untaken', 'onNoReply'] as const).find((name) => name === last);
  const holder = path.length === 0 ? 'file' : (list ?? within ?? STEP_KINDS.find(holds) ?? 'file');
  const fields = FIELDS[holder];
  const near = nearest(key, fields);
  const where =
    holder === 'file'
      ? 'a dialog file'
      : holder === 'options'
        ? 'an option'
        : holder === 'validate'
          ? 'a check'
          : `"${holder}"`;
  return source.atKey(
    path,
    key,
    `${where} has no field "${key}"`,
    near === undefined ? `remove it: the fields are ${fields.join(', ')}` : `write ${near}`,
    'unknown_field',
  );
}

function wrongType(source: Source, path: Path, name: string, expected: string, value: unknown): Problem {
  if (value === undefined) {
    const key = String(path.at(-1));
    return source.at(path.slice(0, -1), `${key} is missing`, `add ${key}: …`);
  }
  if (value === null) return source.at(path, `${name} is empty`, 'give it a value, or remove it');
  if (expected === 'string' && typeof value !== 'object') {
    const written = source.written(path) ?? String(value);
    const kind = typeof value === 'number' ? 'a number' : 'true or false';
    return source.at(
      path,
      `${name} must be text, but ${written} without quotes is ${kind}`,
      `write '${written}'`,
    );
  }
  const wanted: Record<string, string> = {
    string: 'text',
    array: 'a list: lines that start with -',
    object: 'a map: lines of field: value',
    record: 'a map: lines of name: value',
    boolean: 'true or false',
    number: 'a number',
  };
  return source.at(path, `${name} must be ${wanted[expected] ?? expected}, not ${shown(value)}`, 'change it');
}

/** The nearest name on the way: `steps[2]` has none of its own that a designer would know. */
function fieldName(path: Path): string {
  const last = path.at(-1);
  if (typeof last === 'string') return last;
  const list = path.at(-2);
  return typeof list === 'string' ? `an item of ${list}` : 'the file';
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined) return 'empty';
  if (typeof value === 'object') return 'a map';
  return `"${String(value)}"`;
}

function valueAt(file: unknown, path: Path): unknown {
  let value = file;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

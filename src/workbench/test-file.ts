import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { instead, nearest } from '../bot/nearest.ts';
import { type Path, type Problem, Source } from '../bot/problems.ts';
import { fileSchema, KINDS, type Setup, TALK_KINDS, type TalkStep } from './test-format.ts';

export interface DialogTest {
  name: string;
  line: number;
  setup: Setup;
  talk: TalkStep[];
}

export interface TestFile {
  /** As messages name it. */
  file: string;
  /** The dialog whose keys need no name before them. */
  dialog: string;
  source: Source;
  tests: DialogTest[];
  problems: Problem[];
}

/**
 * Reads a test file. `file` is its name in messages; without a `dialog`, `main.test.yaml` is about `main`. Never throws
 * for what the text holds.
 */
export function readTestFile(file: string, content: string): TestFile {
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  const source = new Source(file, document, lines);
  const named = /([^/]+)\.test\.ya?ml$/.exec(file)?.[1] ?? 'main';
  const problems = document.errors.map(({ pos, message }) =>
    source.atOffset(
      pos[0],
      `not well-formed YAML: ${message}`,
      'line up the fields, or put the text in quotes',
    ),
  );
  if (problems.length > 0) return { file, dialog: named, source, tests: [], problems };
  const parsed = fileSchema.safeParse(document.toJS());
  if (!parsed.success) {
    for (const issue of parsed.error.issues) problems.push(problemOf(source, issue, [], document.toJS()));
    return { file, dialog: named, source, tests: [], problems };
  }
  const { dialog = named, tests, ...ofFile } = parsed.data;
  const read = tests.map(
    ({ name, talk, ...ofTest }, n): DialogTest => ({
      name,
      line: lineOf(source, ['tests', n]),
      setup: { ...ofFile, ...ofTest },
      talk: talk.flatMap((step, at) => readStep(source, step, ['tests', n, 'talk', at], problems)),
    }),
  );
  return { file, dialog, source, tests: read, problems };
}

function readStep(source: Source, step: object, path: Path, problems: Problem[]): TalkStep[] {
  const kind = TALK_KINDS.find((name) => Object.hasOwn(step, name));
  if (kind === undefined) {
    const [first = ''] = Object.keys(step);
    const near = nearest(first, TALK_KINDS);
    const kinds = `write one of ${TALK_KINDS.join(', ')}`;
    problems.push(
      source.atKey(
        path,
        first,
        `"${first}" is nothing that can happen in a test`,
        near ? `write ${near}` : kinds,
      ),
    );
    return [];
  }
  const parsed = KINDS[kind].safeParse(step);
  if (parsed.success) return [{ path, line: lineOf(source, path), ...parsed.data }];
  for (const issue of parsed.error.issues) problems.push(problemOf(source, issue, path, step));
  return [];
}

function lineOf(source: Source, path: Path): number {
  return source.at(path, '', '').line;
}

type Issue = z.core.$ZodIssue;

/** Of a union's members, the one that the value comes nearest to tells what is wrong. */
function problemOf(source: Source, issue: Issue, above: Path, within: unknown): Problem {
  const path = [...above, ...issue.path];
  const name = String(path.findLast((part) => typeof part === 'string') ?? 'the file');
  if (issue.code === 'invalid_union') {
    const value = valueAt(within, issue.path);
    const members = issue.errors.filter(
      (errors) => !errors.some(({ code, path: at }) => code === 'invalid_type' && at.length === 0),
    );
    const [first] = members.sort((a, b) => a.length - b.length)[0] ?? [];
    if (first && first.path.length + path.length > above.length) return problemOf(source, first, path, value);
    return source.at(path, `${name} cannot be ${shown(value)}`, 'see “The test file” in docs/dialogs.md');
  }
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return source.atKey(
      path,
      key,
      `there is no field "${key}" here`,
      'see “The test file” in docs/dialogs.md',
    );
  }
  if (issue.code === 'invalid_type') {
    return source.at(path, `${name} must be ${issue.expected}`, 'see “The test file” in docs/dialogs.md');
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    return source.at(
      path,
      `${name} cannot be ${shown(valueAt(within, issue.path))}`,
      instead('', values, ''),
    );
  }
  if (issue.code === 'invalid_key') {
    const [first] = issue.issues;
    return source.atKey(
      path.slice(0, -1),
      String(path.at(-1)),
      `the name "${String(path.at(-1))}" ${first?.message}`,
      'rename it',
    );
  }
  return source.at(path, `${name} ${issue.message}`, 'change it');
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const key of path) at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined;
  return at;
}

function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'a map';
  return `"${String(value)}"`;
}

import { LineCounter, parseDocument } from 'yaml';
import type { LocaleFolder } from './dialog-files.ts';
import { lineAndColumn, placesOf } from './json-places.ts';
import { type Path, type Problem, Source } from './problems.ts';
import type { RuleCode } from './rules.ts';

/** What a key of a locale file can hold: a text, or a list of words to recognise. */
export type LocaleValue = string | string[];

/** i18next's form: keys in maps, `menu.order` for `{"menu": {"order": …}}`. */
export interface LocaleTexts {
  [key: string]: LocaleValue | LocaleTexts;
}

export interface LocaleEntry {
  value: LocaleValue;
  /** The names in `{{name}}`, `{{order.status}}` and `{{total, number}}`, without the formats. */
  placeholders: readonly string[];
}

/** `locales/<language>/<name>.json` */
export interface LocaleFile {
  /** As messages name it: `locales/es/main.json`. */
  file: string;
  language: string;
  name: string;
  /** True when it is not JSON: what it lacks then is not worth telling. */
  broken: boolean;
  texts: LocaleTexts;
  /** By dotted key. */
  entries: Map<string, LocaleEntry>;
  /** The problem at a key, or at the top of the file when it has no such key. */
  at(key: string, reason: string, remedy: string, rule?: RuleCode): Problem;
}

export interface LocaleFiles {
  languages: string[];
  /** By language, then by name. */
  files: Map<string, Map<string, LocaleFile>>;
  problems: Problem[];
}

/** What locale files say, by language and name. `shownAs` is their folder's name in messages. Never throws. */
export function localesOf(folders: readonly LocaleFolder[], shownAs: string): LocaleFiles {
  const problems: Problem[] = [];
  const files = new Map<string, Map<string, LocaleFile>>();
  for (const { language, files: texts } of folders) {
    const canonical = canonicalTag(language);
    if (canonical !== language) {
      const remedy =
        canonical === undefined ? 'name it by its BCP 47 tag, such as zh-TW' : `rename it ${canonical}`;
      problems.push(
        atTop(`${shownAs}/${language}`, 'the folder is not named by a language', remedy, 'language'),
      );
      continue;
    }
    const named = new Map<string, LocaleFile>();
    files.set(language, named);
    for (const { name: fileName, text } of texts) {
      const name = fileName.slice(0, -'.json'.length);
      const read = readLocaleFile(`${shownAs}/${language}/${fileName}`, language, name, text);
      problems.push(...read.problems);
      named.set(name, read.file);
    }
  }
  return { languages: [...files.keys()], files, problems };
}

function canonicalTag(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

function atTop(file: string, reason: string, remedy: string, rule: RuleCode): Problem {
  return { rule, file, line: 1, column: 1, reason, remedy };
}

/** Reads the text of one locale file. Never throws for what it holds: what can be used of it is. */
export function readLocaleFile(
  file: string,
  language: string,
  name: string,
  text: string,
): { file: LocaleFile; problems: Problem[] } {
  const reading: Reading = {
    problems: [],
    entries: new Map(),
    keys: 0,
    source: lazily(() => sourceOf(file, text)),
  };
  let texts: LocaleTexts = {};
  let broken = false;
  const places = lazily(() => placesOf(text));
  try {
    const value: unknown = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
    texts = textsOf(value, [], reading);
    if (reading.keys !== keysWritten(text)) reading.problems.push(...doubledKeys(reading.source()));
  } catch (error) {
    broken = true;
    const source = reading.source();
    const first = source.document.errors.find(({ code }) => code !== 'DUPLICATE_KEY');
    const offset = first?.pos[0] ?? offsetOf(error, text);
    reading.problems.push(
      source.atOffset(offset, 'this is not JSON', 'check commas, quotes and brackets around here', 'json'),
    );
  }
  return {
    file: {
      file,
      language,
      name,
      broken,
      texts,
      entries: reading.entries,
      at(key, reason, remedy, rule = 'locale_form') {
        const offset = reading.entries.has(key) && !broken ? places().get(key) : undefined;
        if (offset === undefined) return atTop(file, reason, remedy, rule);
        return { rule, file, ...lineAndColumn(text, offset), reason, remedy };
      },
    },
    problems: reading.problems,
  };
}

interface Reading {
  problems: Problem[];
  entries: LocaleFile['entries'];
  keys: number;
  source: () => Source;
}

/** JSON is also YAML, whose reader knows lines. It is ten times slower than JSON's, so only mistakes are worth it. */
function sourceOf(file: string, text: string): Source {
  const lines = new LineCounter();
  return new Source(file, parseDocument(text, { lineCounter: lines, prettyErrors: false }), lines);
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** How many keys stand in well-formed JSON. `JSON.parse` keeps the last of those that stand twice, and says nothing. */
function keysWritten(text: string): number {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon !== undefined).length;
}

function doubledKeys(source: Source): Problem[] {
  return source.document.errors
    .filter(({ code }) => code === 'DUPLICATE_KEY')
    .map((error) =>
      source.atOffset(error.pos[0], 'the same key stands twice in one map', 'keep one of them', 'json'),
    );
}

/** V8 names the offset in its message, or the end of the text. */
function offsetOf(error: unknown, text: string): number {
  const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? Math.max(text.length - 1, 0) : Number(position);
}

/** Fills `reading` with what is under `path`. */
function textsOf(value: unknown, path: Path, reading: Reading): LocaleTexts {
  const problem = (at: Path, reason: string, remedy: string) =>
    reading.problems.push(reading.source().at(at, reason, remedy, 'locale_form'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problem(path, 'a locale file must hold a map of keys and texts', 'put { } around it');
    return {};
  }
  const texts: LocaleTexts = {};
  for (const [key, item] of Object.entries(value)) {
    reading.keys += 1;
    const at = [...path, key];
    const dotted = at.join('.');
    if (typeof item === 'string' || isWords(item)) {
      if ([item].flat().some(hasOpenBraces)) {
        problem(at, `"${dotted}" has braces that do not pair up`, 'write values as {{name}}');
      }
      if (item.length === 0) problem(at, `"${dotted}" is empty`, 'write it, or remove the key');
      texts[key] = item;
      reading.entries.set(dotted, { value: item, placeholders: [item].flat().flatMap(placeholdersOf) });
    } else if (typeof item === 'object' && item !== null && !Array.isArray(item)) {
      texts[key] = textsOf(item, at, reading);
    } else {
      problem(at, `"${dotted}" is neither a text nor a list of texts`, 'put it in quotes');
    }
  }
  return texts;
}

function isWords(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

const PLACEHOLDER = /\{\{-?\s*([^{},\s]+)\s*(?:,[^{}]*)?\}\}/g;

const FORMATTED = /\{\{-?\s*[^{},\s]+\s*,([^{}]*)\}\}/g;

/** The formats in a text, such as `currency(USD)`. */
export function formatsIn(text: string): string[] {
  if (!text.includes('{{')) return [];
  return [...text.matchAll(FORMATTED)].map(([, format]) => (format ?? '').trim());
}

/** Whether braces are left over that a customer would see. */
function hasOpenBraces(text: string): boolean {
  const braces = /\{\{|\}\}/;
  return braces.test(text) && braces.test(text.replace(PLACEHOLDER, ''));
}

/** A text without its `{{values}}`: what it comes to at least. */
export function withoutPlaceholders(text: string): string {
  return text.includes('{{') ? text.replace(PLACEHOLDER, '') : text;
}

function placeholdersOf(text: string): string[] {
  if (!text.includes('{{')) return [];
  return [...text.matchAll(PLACEHOLDER)].map(([, name]) => name ?? '');
}

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { type Path, type Problem, Source } from './problems.ts';

/** What a key of a locale file can hold: a text, or a list of words to recognise. */
export type LocaleValue = string | string[];

/** i18next's form: keys in maps, `menu.order` for `{"menu": {"order": …}}`. */
export interface LocaleTexts {
  [key: string]: LocaleValue | LocaleTexts;
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
  entries: Map<string, { value: LocaleValue; path: Path }>;
  /** The problem at a key, or at the top of the file when it has no such key. */
  at(key: string, reason: string, remedy: string): Problem;
}

export interface LocaleFiles {
  languages: string[];
  /** By language, then by name. */
  files: Map<string, Map<string, LocaleFile>>;
  problems: Problem[];
}

/** Reads every language below `directory`. `shownAs` is the directory's name in messages. */
export async function readLocales(directory: string, shownAs: string): Promise<LocaleFiles> {
  const problems: Problem[] = [];
  const files = new Map<string, Map<string, LocaleFile>>();
  const folders = await readdir(directory, { withFileTypes: true });
  for (const folder of folders.filter((entry) => entry.isDirectory()).sort(byName)) {
    const language = folder.name;
    const canonical = canonicalTag(language);
    if (canonical !== language) {
      const remedy =
        canonical === undefined ? 'name it by its BCP 47 tag, such as zh-TW' : `rename it ${canonical}`;
      problems.push(atTop(`${shownAs}/${language}`, 'the folder is not named by a language', remedy));
      continue;
    }
    const named = new Map<string, LocaleFile>();
    files.set(language, named);
    const entries = await readdir(join(directory, language), { withFileTypes: true });
    for (const entry of entries.filter(({ name }) => name.endsWith('.json')).sort(byName)) {
      const text = await readFile(join(directory, language, entry.name), 'utf8');
      const name = entry.name.slice(0, -'.json'.length);
      const read = readLocaleFile(`${shownAs}/${language}/${entry.name}`, language, name, text);
      problems.push(...read.problems);
      named.set(name, read.file);
    }
  }
  return { languages: [...files.keys()], files, problems };
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function canonicalTag(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

function atTop(file: string, reason: string, remedy: string): Problem {
  return { file, line: 1, column: 1, reason, remedy };
}

/** Reads the text of one locale file. Never throws for what it holds: what can be used of it is. */
export function readLocaleFile(
  file: string,
  language: string,
  name: string,
  text: string,
): { file: LocaleFile; problems: Problem[] } {
  const lines = new LineCounter();
  // JSON is also YAML, and YAML's reader knows lines and finds keys that stand twice, which JSON's takes silently.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const source = new Source(file, document, lines);
  const problems: Problem[] = [];
  for (const error of document.errors) {
    if (error.code !== 'DUPLICATE_KEY') continue;
    problems.push(source.atOffset(error.pos[0], 'the same key stands twice in one map', 'keep one of them'));
  }
  const entries: LocaleFile['entries'] = new Map();
  let texts: LocaleTexts = {};
  let broken = false;
  try {
    const value: unknown = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
    texts = textsOf(value, [], source, problems, entries);
  } catch (error) {
    broken = true;
    const first = document.errors.find(({ code }) => code !== 'DUPLICATE_KEY');
    const offset = first?.pos[0] ?? offsetOf(error, text);
    problems.push(
      source.atOffset(offset, 'this is not JSON', 'check commas, quotes and brackets around here'),
    );
  }
  return {
    file: {
      file,
      language,
      name,
      broken,
      texts,
      entries,
      at(key, reason, remedy) {
        const path = entries.get(key)?.path;
        return path ? source.at(path, reason, remedy) : atTop(file, reason, remedy);
      },
    },
    problems,
  };
}

/** V8 names the offset in its message, or the end of the text. */
function offsetOf(error: unknown, text: string): number {
  const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? Math.max(text.length - 1, 0) : Number(position);
}

function textsOf(
  value: unknown,
  path: Path,
  source: Source,
  problems: Problem[],
  entries: LocaleFile['entries'],
): LocaleTexts {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(source.at(path, 'a locale file must hold a map of keys and texts', 'put { } around it'));
    return {};
  }
  const texts: LocaleTexts = {};
  for (const [key, item] of Object.entries(value)) {
    const at = [...path, key];
    const dotted = at.join('.');
    if (typeof item === 'string' || isWords(item)) {
      if (item.length === 0)
        problems.push(source.at(at, `"${dotted}" is empty`, 'write it, or remove the key'));
      texts[key] = item;
      entries.set(dotted, { value: item, path: at });
    } else if (typeof item === 'object' && item !== null && !Array.isArray(item)) {
      texts[key] = textsOf(item, at, source, problems, entries);
    } else {
      const reason = `"${dotted}" is neither a text nor a list of texts`;
      problems.push(source.at(at, reason, 'put it in quotes'));
    }
  }
  return texts;
}

function isWords(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** The names in `{{name}}`, `{{order.status}}` and `{{total, number}}`, without the formats. */
export function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{-?\s*([^{},\s]+)\s*(?:,[^{}]*)?\}\}/g)].map(([, name]) => name ?? '');
}

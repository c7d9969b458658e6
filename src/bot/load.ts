import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { SwitchboardError } from '../errors.ts';
import { type CheckedDialog, checkTogether } from './check.ts';
import { textProblems, type Untranslated, untranslated } from './check-texts.ts';
import {
  type DialogFiles,
  type DialogFolders,
  readable,
  readDialogFiles,
  readLocaleFolders,
} from './dialog-files.ts';
import { type Flow, layOut } from './flow.ts';
import { type LocaleFiles, localesOf } from './locale-file.ts';
import { type Moves, moveProblems, movesOf } from './moves.ts';
import { formatProblem, type Problem, sortedProblems } from './problems.ts';
import { readScript } from './script-file.ts';
import { overShipped } from './shipped-texts.ts';
import { type MissingText, Texts } from './texts.ts';

/** A dialog ready to run. */
export interface LoadedScript extends Flow {
  id: string;
  /** A hash of the file's text: what a conversation in progress began with. */
  version: string;
  /** Text keys of its lists of keywords. */
  keywords: string[];
}

export interface Scripts {
  dialogs: Map<string, LoadedScript>;
  /** The id of the dialog that a session begins with. */
  start: string;
  /** The id of the dialog for customers who are not understood; without one the bot hands over. */
  fallback: string | undefined;
  /** The queues that handoffs name, each once. */
  queues: string[];
  moves: Moves;
}

export interface CompileOptions {
  /** BCP 47; every chain of languages ends with it. */
  defaultLanguage: string;
  /** The names of the program's own functions that `action` steps may call. */
  actionNames: Iterable<string>;
  /** Told, while the bot runs, of each text that a language turns out to lack. */
  onMissingText?: (missing: MissingText) => void;
  /** Told, while they are read, of each language in which the service's own texts are not all written. */
  onUntranslated?: (untranslated: Untranslated) => void;
}

export type LoadOptions = CompileOptions & DialogFolders;

/** Reads and checks all dialogs (`*.yaml`, but for `*.test.yaml`) and all texts. Throws as `compileScripts` does. */
export async function loadScripts(options: LoadOptions): Promise<{ scripts: Scripts; texts: Texts }> {
  return compileScripts(await readDialogFiles(options), options);
}

/**
 * Checks a set of dialogs and makes it ready to run. Throws `dialogs_invalid` with every mistake at once, one a line as
 * `file:line:column reason — what to do`, and as `details.problems`.
 */
export async function compileScripts(
  { dialogs: files, locales: folders, shownAs }: DialogFiles,
  options: CompileOptions,
): Promise<{ scripts: Scripts; texts: Texts }> {
  const { dialogs: shownDialogs, locales: shownLocales } = shownAs;
  const locales = await overShipped(localesOf(folders, shownLocales), shownLocales, 'own');
  const problems: Problem[] = [...locales.problems];
  const dialogs: (CheckedDialog & { text: string })[] = [];
  for (const { name, text } of files) {
    const read = readScript(`${shownDialogs}/${name}`, text);
    problems.push(...read.problems);
    if (!read.script) continue;
    const flow = layOut(read.script, read.source, problems);
    dialogs.push({ source: read.source, script: read.script, flow, text });
  }
  if (files.length === 0) problems.push(empty(shownDialogs));
  const { defaultLanguage } = options;
  problems.push(
    ...checkTogether(dialogs, {
      locales,
      localesDir: shownLocales,
      defaultLanguage,
      actionNames: new Set(options.actionNames),
      complete: dialogs.length === files.length,
    }),
  );
  if (dialogs.length === files.length) problems.push(...moveProblems(dialogs));
  const start = triggered(dialogs, 'start');
  if (problems.length > 0 || start === undefined) throw invalid(sortedProblems(problems));
  return { scripts: scriptsOf(dialogs, start), texts: textsOf(locales, options) };
}

type TextOptions = Omit<CompileOptions, 'actionNames'>;

/**
 * The texts alone, for a service whose bot is a program: in every language that the program or the package has, since only
 * the service's own are needed. `mayLackDir`: that `localesDir` does not exist is no mistake. Throws as `loadScripts`.
 */
export async function loadTexts(
  options: TextOptions & { localesDir: string; mayLackDir: boolean },
): Promise<Texts> {
  const { localesDir, defaultLanguage, mayLackDir } = options;
  const shown = basename(localesDir);
  const own =
    mayLackDir && !existsSync(localesDir)
      ? []
      : await readable(localesDir, 'LOCALES_DIR', () => readLocaleFolders(localesDir));
  const locales = await overShipped(localesOf(own, shown), shown, 'all');
  const around = {
    locales,
    localesDir: shown,
    defaultLanguage,
    actionNames: new Set<string>(),
    complete: true,
  };
  const problems = [...locales.problems, ...textProblems([], around)];
  if (problems.length > 0) throw invalid(sortedProblems(problems));
  return textsOf(locales, options);
}

function textsOf(
  locales: LocaleFiles,
  { defaultLanguage, onMissingText, onUntranslated }: TextOptions,
): Texts {
  for (const one of untranslated(locales, defaultLanguage)) onUntranslated?.(one);
  return new Texts(locales, defaultLanguage, onMissingText);
}

function triggered(dialogs: readonly CheckedDialog[], trigger: 'start' | 'fallback'): string | undefined {
  return dialogs.find(({ script }) => script.triggers?.includes(trigger))?.script.id;
}

function scriptsOf(dialogs: readonly (CheckedDialog & { text: string })[], start: string): Scripts {
  const handoffs = dialogs.flatMap(({ flow }) =>
    [...flow.nodes.values()].flatMap((node) => (node.kind === 'handoff' ? [node.queue] : [])),
  );
  return {
    dialogs: new Map(
      dialogs.map(({ script, flow, text }) => [
        script.id,
        {
          ...flow,
          id: script.id,
          version: createHash('sha256').update(text).digest('hex').slice(0, 12),
          keywords: (script.triggers ?? []).flatMap((one) => (typeof one === 'object' ? [one.keywords] : [])),
        },
      ]),
    ),
    start,
    fallback: triggered(dialogs, 'fallback'),
    queues: [...new Set(handoffs)],
    moves: movesOf(dialogs.map(({ script }) => script)),
  };
}

function empty(file: string): Problem {
  const remedy = 'add one, as in docs/dialogs.md';
  return { file, line: 1, column: 1, reason: 'the folder holds no dialog', remedy };
}

function invalid(problems: readonly Problem[]): SwitchboardError {
  const count = problems.length === 1 ? 'There is 1 mistake' : `There are ${problems.length} mistakes`;
  const lines = problems.map(formatProblem);
  return new SwitchboardError('dialogs_invalid', `${count} in the dialogs:\n${lines.join('\n')}`, {
    details: { problems },
  });
}

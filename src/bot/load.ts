import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { ASTNode } from '../cel.ts';
import { SwitchboardError } from '../errors.ts';
import { compiledPattern } from '../safe-pattern.ts';
import type { CheckedDialog } from './check.ts';
import { textProblems, type Untranslated, untranslated } from './check-texts.ts';
import { wordProblems } from './check-words.ts';
import { type CheckOptions, checkedSet } from './checked-set.ts';
import {
  type DialogFiles,
  type DialogFolders,
  readable,
  readDialogFiles,
  readLocaleFolders,
  shownPath,
} from './dialog-files.ts';
import type { Flow } from './flow.ts';
import { type LocaleFiles, localesOf } from './locale-file.ts';
import { type Moves, movesOf } from './moves.ts';
import { formatProblem, type Problem, sortedProblems } from './problems.ts';
import { expressionsOf, readsOf } from './reads.ts';
import type { Script } from './script.ts';
import { milliseconds } from './script-fields.ts';
import type { EVENTS, Trigger } from './script-trigger.ts';
import { overShipped } from './shipped-texts.ts';
import { type AskedText, type MissingText, Texts } from './texts.ts';

/** A dialog ready to run. */
export interface LoadedScript extends Flow {
  id: string;
  /** A hash of the file's text: what a conversation in progress began with. */
  version: string;
  /** Text keys of its lists of keywords. */
  keywords: string[];
  patterns: RegExp[];
  /** Text key of what comes before its open question, once a dialog that came in between is done. */
  resume: string | undefined;
}

export interface Scripts {
  dialogs: Map<string, LoadedScript>;
  /** The id of the dialog that a session begins with. */
  start: string;
  /** The id of the dialog for customers who are not understood; without one the bot hands over. */
  fallback: string | undefined;
  /** The id of the dialog for conversations that come back from a handoff that no step asked for. */
  returned: string | undefined;
  /** The id of the dialog for texts that have not reached the customer. */
  undelivered: string | undefined;
  /** The dialog for customers who do not answer, and after how many milliseconds it begins. */
  silence: { dialog: string; after: number } | undefined;
  /** The queues that handoffs name, each once. */
  queues: string[];
  /** Whether a dialog or a text of it reads `queue.waiting`. */
  asksWaiting: boolean;
  moves: Moves;
}

export interface CompileOptions extends CheckOptions {
  /** Told, while the bot runs, of each text that a language turns out to lack. */
  onMissingText?: (missing: MissingText) => void;
  /** Told, while the bot runs, of each text that is asked for. */
  onText?: (asked: AskedText) => void;
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
  files: DialogFiles,
  options: CompileOptions,
): Promise<{ scripts: Scripts; texts: Texts }> {
  const { dialogs, around, problems } = await checkedSet(files, options);
  const start = triggered(dialogs, 'start');
  if (problems.length > 0 || start === undefined) throw invalid(sortedProblems(problems));
  return { scripts: scriptsOf(dialogs, start, around.locales), texts: textsOf(around.locales, options) };
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
  const shown = shownPath(localesDir);
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
  const problems = [...locales.problems, ...textProblems([], around), ...wordProblems([], locales)];
  if (problems.length > 0) throw invalid(sortedProblems(problems));
  return textsOf(locales, options);
}

function textsOf(
  locales: LocaleFiles,
  { defaultLanguage, onMissingText, onText, onUntranslated }: TextOptions,
): Texts {
  for (const one of untranslated(locales, defaultLanguage)) onUntranslated?.(one);
  return new Texts(locales, defaultLanguage, onMissingText, onText);
}

function triggered(dialogs: readonly CheckedDialog[], trigger: 'start' | 'fallback'): string | undefined {
  return dialogs.find(({ script }) => script.triggers?.includes(trigger))?.script.id;
}

/** The triggers that say more than a word. */
function mapsOf({ triggers = [] }: Script): Exclude<Trigger, string>[] {
  return triggers.filter((one) => typeof one === 'object');
}

function begunBy(dialogs: readonly CheckedDialog[], event: (typeof EVENTS)[number]): string | undefined {
  return dialogs.find(({ script }) => mapsOf(script).some((one) => 'event' in one && one.event === event))
    ?.script.id;
}

function silenceOf(dialogs: readonly CheckedDialog[]): Scripts['silence'] {
  const [first] = dialogs.flatMap(({ script }) =>
    mapsOf(script).flatMap((one) =>
      'silence' in one ? [{ dialog: script.id, after: milliseconds(one.silence) }] : [],
    ),
  );
  return first;
}

function scriptsOf(
  dialogs: readonly (CheckedDialog & { text: string })[],
  start: string,
  locales: LocaleFiles,
): Scripts {
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
          keywords: mapsOf(script).flatMap((one) => ('keywords' in one ? [one.keywords] : [])),
          patterns: mapsOf(script).flatMap((one) => ('pattern' in one ? [compiledPattern(one.pattern)] : [])),
          resume: script.resume,
        },
      ]),
    ),
    start,
    fallback: triggered(dialogs, 'fallback'),
    returned: begunBy(dialogs, 'returned'),
    undelivered: begunBy(dialogs, 'undelivered'),
    silence: silenceOf(dialogs),
    queues: [...new Set(handoffs)],
    asksWaiting: dialogs.some((dialog) => asksWaiting(dialog, locales)),
    moves: movesOf(dialogs.map(({ script }) => script)),
  };
}

/** Templates of requests are read as they are written, expressions also where they take the whole `queue`. */
function asksWaiting(
  { script, flow, text }: CheckedDialog & { text: string },
  { files }: LocaleFiles,
): boolean {
  const texts = [...files.values()].flatMap((file) => [...(file.get(script.id)?.entries.values() ?? [])]);
  return (
    text.includes('queue.waiting') ||
    texts.some(({ value }) => [value].flat().some((one) => one.includes('queue.waiting'))) ||
    [...flow.nodes.values()].flatMap(expressionsOf).some(({ ast }) => ast !== undefined && takesQueue(ast))
  );
}

function takesQueue(ast: ASTNode): boolean {
  return [...readsOf(ast)].some(([root, field]) => root === 'queue' && field !== 'id');
}

function invalid(problems: readonly Problem[]): SwitchboardError {
  const count = problems.length === 1 ? 'There is 1 mistake' : `There are ${problems.length} mistakes`;
  const lines = problems.map(formatProblem);
  return new SwitchboardError('dialogs_invalid', `${count} in the dialogs:\n${lines.join('\n')}`, {
    details: { problems },
  });
}

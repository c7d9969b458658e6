import { type CheckedDialog, checkTogether, type Surroundings } from './check.ts';
import { patternProblems } from './check-patterns.ts';
import type { DialogFiles } from './dialog-files.ts';
import { layOut } from './flow.ts';
import { type LocaleFiles, localesOf } from './locale-file.ts';
import { moveProblems } from './moves.ts';
import type { Problem } from './problems.ts';
import { readScript } from './script-file.ts';
import { overShipped } from './shipped-texts.ts';

export interface CheckOptions {
  /** BCP 47; every chain of languages ends with it. */
  defaultLanguage: string;
  /** The names of the program's own functions that `action` steps may call. */
  actionNames: Iterable<string>;
}

/** A set of dialogs as far as it could be read, and all that keeps it from going live. */
export interface CheckedSet {
  /** Those whose form is right. */
  dialogs: (CheckedDialog & { text: string })[];
  around: Surroundings;
  /** The texts as the program has written them, without those of the service that lie below them. */
  own: LocaleFiles;
  /** Errors alone, in the order in which they were found. */
  problems: Problem[];
}

/** Reads and checks a set of dialogs. Never throws for what its files hold. */
export async function checkedSet(
  { dialogs: files, locales: folders, shownAs }: DialogFiles,
  { defaultLanguage, actionNames }: CheckOptions,
): Promise<CheckedSet> {
  const own = localesOf(folders, shownAs.locales);
  const locales = await overShipped(own, shownAs.locales, 'own');
  const problems: Problem[] = [...locales.problems];
  const dialogs: CheckedSet['dialogs'] = [];
  for (const { name, text } of files) {
    const read = readScript(`${shownAs.dialogs}/${name}`, text);
    problems.push(...read.problems);
    if (!read.script) continue;
    const flow = layOut(read.script, read.source, problems);
    dialogs.push({ source: read.source, script: read.script, flow, text });
  }
  if (files.length === 0) problems.push(empty(shownAs.dialogs));
  const around: Surroundings = {
    locales,
    localesDir: shownAs.locales,
    defaultLanguage,
    actionNames: new Set(actionNames),
    complete: dialogs.length === files.length,
  };
  problems.push(...checkTogether(dialogs, around));
  problems.push(...patternProblems(dialogs));
  if (around.complete) problems.push(...moveProblems(dialogs));
  return { dialogs, around, own, problems };
}

function empty(file: string): Problem {
  const remedy = 'add one, as in docs/dialogs.md';
  return { rule: 'form', file, line: 1, column: 1, reason: 'the folder holds no dialog', remedy };
}

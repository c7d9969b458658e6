import { loopWarnings } from '../bot/check-turns.ts';
import { type CheckedSet, type CheckOptions, checkedSet } from '../bot/checked-set.ts';
import type { DialogFiles } from '../bot/dialog-files.ts';
import { type Problem, sortedProblems } from '../bot/problems.ts';
import { alikeOptions } from './alike-options.ts';
import { noClosedBranch } from './handoffs.ts';
import { unreachable } from './reachability.ts';
import { readTooEarly } from './read-too-early.ts';
import { smsTexts } from './sms-texts.ts';
import { stopWords } from './stop-words.ts';
import { typeMismatches } from './types.ts';
import { unusedTexts } from './unused-texts.ts';
import { neverSet } from './variables.ts';
import { noWayOut } from './ways-out.ts';
import { wordCollisions } from './word-collisions.ts';

type Look = (set: CheckedSet) => Iterable<Problem>;

const LOOKS: readonly Look[] = [
  ({ dialogs }) => loopWarnings(dialogs),
  unreachable,
  noWayOut,
  noClosedBranch,
  neverSet,
  readTooEarly,
  typeMismatches,
  unusedTexts,
  smsTexts,
  alikeOptions,
  wordCollisions,
  stopWords,
];

/**
 * All that is wrong with a set of dialogs, or might be: the errors that keep it from going live, and warnings. In the order
 * of files and lines. Never throws for what the files hold.
 */
export async function lintDialogs(files: DialogFiles, options: CheckOptions): Promise<Problem[]> {
  const set = await checkedSet(files, options);
  return sortedProblems([...set.problems, ...LOOKS.flatMap((look) => [...look(set)])]);
}

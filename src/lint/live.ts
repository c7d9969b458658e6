import type { CheckedDialog } from '../bot/check.ts';
import type { CheckedSet } from '../bot/checked-set.ts';
import { type Moves, movesOf } from '../bot/moves.ts';

/** How many conversations stand at a step of a set. */
export interface Standing {
  setId: string;
  dialog: string;
  step: string;
  conversations: number;
}

/** What publishing the folder would change, and the conversations that it touches. */
export interface LiveChange {
  change:
    | 'dialog_added'
    | 'dialog_removed'
    | 'step_added'
    | 'step_removed'
    | 'step_changed'
    | 'texts_changed';
  dialog: string;
  step?: string;
  /** Of changed texts. */
  language?: string;
  /** `dialog/step` where conversations that stand at a removed step go on. */
  movesTo?: string;
  /** That stand at the step, or anywhere in the dialog. */
  conversations: number;
}

export interface LiveChanges {
  changes: LiveChange[];
  /** In dialogs now, whatever set they began with. */
  conversations: number;
  /** Of those, in the set of the folder already; carried over to it; and all others, which go on with their own. */
  current: number;
  moving: number;
  staying: number;
}

/**
 * Compares the set in the folder with the live one. A conversation goes on with the set that it began with, wherever it
 * stands, unless the folder moves its step. That one may also stay, when a dialog around its own has no place in the folder.
 */
export function liveChanges(
  live: Pick<CheckedSet, 'dialogs' | 'around'>,
  folder: Pick<CheckedSet, 'dialogs' | 'around'>,
  folderSetId: string,
  standing: readonly Standing[],
): LiveChanges {
  const moves = movesOf(folder.dialogs.map(({ script }) => script));
  const old = standing.filter(({ setId }) => setId !== folderSetId);
  const count = (rows: readonly Standing[]) =>
    rows.reduce((sum, { conversations }) => sum + conversations, 0);
  const at = (dialog: string, step?: string) =>
    count(old.filter((row) => row.dialog === dialog && (step === undefined || row.step === step)));
  const moving = count(old.filter(({ dialog, step }) => moveOf(moves, dialog, step) !== undefined));
  return {
    changes: [...stepChanges(live, folder, moves, at), ...textChanges(live, folder, at)],
    conversations: count(standing),
    current: count(standing) - count(old),
    moving,
    staying: count(old) - moving,
  };
}

type CountAt = (dialog: string, step?: string) => number;

function moveOf(moves: Moves, dialog: string, step: string): string | undefined {
  const to = moves.get(`${dialog}/${step}`) ?? moves.get(`${dialog}/*`);
  return to && `${to.dialog}/${to.step}`;
}

function* stepChanges(
  live: Pick<CheckedSet, 'dialogs'>,
  folder: Pick<CheckedSet, 'dialogs'>,
  moves: Moves,
  at: CountAt,
): Generator<LiveChange> {
  const before = byId(live.dialogs);
  const after = byId(folder.dialogs);
  for (const dialog of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(dialog), after.get(dialog)];
    if (!was) yield { change: 'dialog_added', dialog, conversations: at(dialog) };
    if (!is) yield { change: 'dialog_removed', dialog, conversations: at(dialog) };
    const [steps, now] = [stepsOf(was), stepsOf(is)];
    for (const [step, written] of steps) {
      const movesTo = moveOf(moves, dialog, step);
      const moved = movesTo === undefined ? {} : { movesTo };
      if (!now.has(step) && (is || movesTo !== undefined)) {
        yield { change: 'step_removed', dialog, step, ...moved, conversations: at(dialog, step) };
      } else if (is && now.get(step) !== written) {
        yield { change: 'step_changed', dialog, step, conversations: at(dialog, step) };
      }
    }
    for (const step of was && is ? now.keys() : []) {
      if (!steps.has(step)) yield { change: 'step_added', dialog, step, conversations: at(dialog, step) };
    }
  }
}

function byId(dialogs: readonly CheckedDialog[]): Map<string, CheckedDialog> {
  return new Map(dialogs.map((dialog) => [dialog.script.id, dialog]));
}

/** Each step as it is written, by its id. */
function stepsOf(dialog: CheckedDialog | undefined): Map<string, string> {
  const nodes = [...(dialog?.flow.nodes.values() ?? [])];
  return new Map(nodes.map(({ id, path }) => [id, JSON.stringify(dialog?.source.document.getIn(path))]));
}

function* textChanges(
  live: Pick<CheckedSet, 'around'>,
  folder: Pick<CheckedSet, 'dialogs' | 'around'>,
  at: CountAt,
): Generator<LiveChange> {
  for (const [language, files] of folder.around.locales.files) {
    const before = live.around.locales.files.get(language);
    for (const { script } of folder.dialogs) {
      const [was, is] = [before?.get(script.id), files.get(script.id)];
      if (!was || !is || JSON.stringify(was.texts) === JSON.stringify(is.texts)) continue;
      yield { change: 'texts_changed', dialog: script.id, language, conversations: at(script.id) };
    }
  }
}

/** A line for each change, and one for all conversations. */
export function liveLines({ changes, conversations, current, moving, staying }: LiveChanges): string[] {
  return [
    ...changes.map(changeLine),
    `${told(conversations)} in dialogs: ${current} in this set, ${moving} to be moved to it, ${staying} to go on with the set that they began with`,
  ];
}

function changeLine({ change, dialog, step, language, movesTo, conversations }: LiveChange): string {
  const what = {
    dialog_added: `dialog ${dialog} is new`,
    dialog_removed: `dialog ${dialog} is gone`,
    step_added: `step ${dialog}/${step} is new`,
    step_removed: `step ${dialog}/${step} is gone${movesTo === undefined ? '' : `, and moves to ${movesTo}`}`,
    step_changed: `step ${dialog}/${step} is changed`,
    texts_changed: `texts of ${dialog} are changed in ${language}`,
  }[change];
  return `${what}: ${told(conversations)} there`;
}

function told(conversations: number): string {
  return `${conversations} ${conversations === 1 ? 'conversation' : 'conversations'}`;
}

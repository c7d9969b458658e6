import { openState } from './bot-state.ts';
import { instead } from './nearest.ts';
import type { Problem, Source } from './problems.ts';
import type { Script } from './script.ts';

/** Where a conversation goes on that stands at a step of an earlier set: `dialog/step` → the place in this set. */
export type Moves = ReadonlyMap<string, { dialog: string; step: string }>;

/** What `moves` needs to know of a set. */
interface Places {
  dialogs: ReadonlyMap<string, { version: string; nodes: ReadonlyMap<string, unknown> }>;
  moves: Moves;
}

interface Declaring {
  script: Script;
  source: Source;
  flow: { nodes: ReadonlyMap<string, unknown> };
}

/** All moves that the dialogs of a set declare. */
export function movesOf(scripts: Iterable<Script>): Moves {
  const moves = new Map<string, { dialog: string; step: string }>();
  for (const { id, moves: declared = {} } of scripts) {
    for (const [from, step] of Object.entries(declared)) moves.set(whole(from, id), { dialog: id, step });
  }
  return moves;
}

/** A move that leads nowhere, or away from a step that is still there, which nobody can have meant. */
export function* moveProblems(dialogs: readonly Declaring[]): Generator<Problem> {
  const nodes = new Map(dialogs.map(({ script, flow }) => [script.id, flow.nodes]));
  for (const { script, source, flow } of dialogs) {
    for (const [from, step] of Object.entries(script.moves ?? {})) {
      const [dialog = '', left = ''] = split(whole(from, script.id));
      if (!flow.nodes.has(step)) {
        const remedy = instead(step, [...flow.nodes.keys()], 'name a step of this dialog');
        yield source.at(['moves', from], `there is no step "${step}" to go on at`, remedy, 'move');
      }
      const isThere = left === '*' ? nodes.has(dialog) : nodes.get(dialog)?.has(left);
      if (isThere) {
        const reason =
          left === '*' ? `the dialog ${dialog} is still there` : `the step "${left}" is still there`;
        yield source.at(
          ['moves', from],
          reason,
          'remove the move: conversations stay where they are',
          'move',
        );
      }
    }
  }
}

/**
 * The state of a conversation that stands at a step which `set` moves, carried over to `set`. Null when it stands at none,
 * or when another of the dialogs under way has no place in `set`: then it goes on with the set that it began with.
 */
export function carriedOver(botState: string, session: number, set: Places): string | null {
  if (set.moves.size === 0) return null;
  const { state } = openState(botState, session);
  let isMoved = false;
  const dialogStack = state.dialogStack.map((dialog) => {
    const { id, state: frame } = dialog;
    const place = set.moves.get(`${id}/${frame.step}`) ?? set.moves.get(`${id}/*`);
    if (place === undefined) return dialog;
    isMoved = true;
    const version = set.dialogs.get(place.dialog)?.version ?? frame.version;
    return { id: place.dialog, state: { ...frame, step: place.step, version } };
  });
  const fits = dialogStack.every(({ id, state: { step } }) => set.dialogs.get(id)?.nodes.has(step));
  return isMoved && fits ? JSON.stringify({ ...state, dialogStack }) : null;
}

function whole(from: string, dialog: string): string {
  return from.includes('/') ? from : `${dialog}/${from}`;
}

function split(place: string): string[] {
  return place.split('/');
}

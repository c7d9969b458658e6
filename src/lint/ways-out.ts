import type { CheckedSet } from '../bot/checked-set.ts';
import type { Flow } from '../bot/flow.ts';
import type { Problem } from '../bot/problems.ts';
import { isQuestion } from '../bot/question-node.ts';
import { waysOf } from '../bot/ways.ts';
import { reachedFrom } from './reachability.ts';

/** Questions that come again for ever, whatever the customer answers. Of those in one circle the first is told. */
export function* noWayOut({ dialogs }: CheckedSet): Generator<Problem> {
  const leaving = thatLeave(new Map(dialogs.map(({ script, flow }) => [script.id, flow])));
  for (const { source, flow } of dialogs) {
    const told = new Set<string>();
    for (const node of flow.nodes.values()) {
      if (!isQuestion(node) || told.has(node.id)) continue;
      const reached = reachedFrom(flow, [node.id]);
      if (leadsOut(flow, reached, leaving)) continue;
      for (const id of reached) told.add(id);
      const reason = `no answer to ${node.id} leads to the end of the dialog, to a person or to an end`;
      yield source.at(node.path, reason, 'give one of the answers a way out', 'no_way_out');
    }
  }
}

/** Also by a dialog that is called, when something in it ends the session or hands over. */
function leadsOut(flow: Flow, steps: ReadonlySet<string>, leaving: ReadonlySet<string>): boolean {
  return [...steps].some((id) => {
    const node = flow.nodes.get(id);
    if (!node) return false;
    if (node.kind === 'end' || node.kind === 'handoff') return true;
    if (waysOf(node).some(({ next }) => next === null)) return true;
    return node.kind === 'call' && leaving.has(node.dialog);
  });
}

/** The dialogs in which something ends the session or hands over, themselves or in a dialog that they call. */
function thatLeave(flows: ReadonlyMap<string, Flow>): Set<string> {
  const leaving = new Set<string>();
  for (let before = -1; before < leaving.size; ) {
    before = leaving.size;
    for (const [id, { nodes }] of flows) {
      const leaves = [...nodes.values()].some(
        (node) =>
          node.kind === 'end' ||
          node.kind === 'handoff' ||
          (node.kind === 'call' && leaving.has(node.dialog)),
      );
      if (leaves) leaving.add(id);
    }
  }
  return leaving;
}

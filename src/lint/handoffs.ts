import type { CheckedSet } from '../bot/checked-set.ts';
import type { Problem } from '../bot/problems.ts';

/** Handoffs in which customers wait for hours when nobody is there, and are told nothing. */
export function* noClosedBranch({ dialogs }: CheckedSet): Generator<Problem> {
  for (const { source, flow } of dialogs) {
    for (const node of flow.nodes.values()) {
      if (node.kind !== 'handoff' || node.closed !== undefined) continue;
      // Customers who come here have been told.
      if (node.path.includes('closed')) continue;
      const reason = `the handoff ${node.id} does not say what happens when its queue is closed`;
      yield source.at(node.path, reason, 'add on: { closed: [ … ] }', 'no_closed_branch');
    }
  }
}

import type { CheckedDialog } from './check.ts';
import type { Flow, Next, Node } from './flow.ts';
import type { Path, Problem } from './problems.ts';
import { MOST_STEPS, Turns } from './turns.ts';
import { waysOf } from './ways.ts';

/** Turns that would never come to an end, or run more steps than the bot runs in one. */
export function* turnProblems(dialogs: readonly CheckedDialog[]): Generator<Problem> {
  const turns = turnsOf(dialogs);
  for (const { script, source, flow } of dialogs) {
    const circles = turns.circles(script.id);
    for (const { nodes, canEnd } of circles) {
      const [first] = nodes;
      if (!first || canEnd) continue;
      const reason = `steps go round for ever: ${circle(nodes)}`;
      yield source.at(first.path, reason, 'ask something in between, or lead out', 'endless_loop');
    }
    // How far a turn goes that may go round cannot be said.
    if (circles.length > 0) continue;
    for (const { path, next } of beginnings(flow)) {
      const most = turns.longest(script.id, next);
      if (most <= MOST_STEPS) continue;
      const reason = `a turn that goes on here may run ${most} steps, and the bot runs no more than ${MOST_STEPS}`;
      yield source.at(path, reason, 'ask something in between, or do with fewer steps', 'long_turn');
    }
  }
}

/** Circles that some condition must end, where nobody can say how often they go round. */
export function* loopWarnings(dialogs: readonly CheckedDialog[]): Generator<Problem> {
  const turns = turnsOf(dialogs);
  for (const { script, source } of dialogs) {
    for (const { nodes, canEnd } of turns.circles(script.id)) {
      const [first] = nodes;
      if (!first || !canEnd) continue;
      const reason = `steps may go round without an answer of the customer: ${circle(nodes)}`;
      const remedy = `ask something in between; a turn ends with an apology after ${MOST_STEPS} steps`;
      yield source.at(first.path, reason, remedy, 'loop_without_input');
    }
  }
}

function turnsOf(dialogs: readonly CheckedDialog[]): Turns {
  return new Turns(new Map(dialogs.map(({ script, flow }) => [script.id, flow])));
}

function circle(nodes: readonly Node[]): string {
  return [...nodes, ...nodes.slice(0, 1)].map(({ id }) => id).join(' → ');
}

/** Where turns go on: at the first step, and after whatever the bot has waited for. */
function beginnings({ first, nodes }: Flow): { path: Path; next: Next }[] {
  const later = [...nodes.values()].flatMap((node) =>
    waysOf(node)
      .filter(({ through }) => through === 'outside')
      .map(({ next }) => ({ path: node.path, next })),
  );
  return [{ path: ['steps'], next: first }, ...later];
}

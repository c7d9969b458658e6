import type { CheckedDialog } from '../bot/check.ts';
import type { CheckedSet } from '../bot/checked-set.ts';
import type { Flow, Next } from '../bot/flow.ts';
import type { Problem } from '../bot/problems.ts';
import { waysOf } from '../bot/ways.ts';

/** Steps that nothing leads to, and dialogs that nothing begins. Of steps in a row the first is told. */
export function* unreachable({ dialogs }: CheckedSet): Generator<Problem> {
  const begun = begunDialogs(dialogs);
  for (const { script, source, flow } of dialogs) {
    if (!begun.has(script.id)) {
      const reason = `nothing begins the dialog "${script.id}"`;
      yield source.at(['id'], reason, 'give it a trigger, call it, or remove it', 'unreachable');
    }
    const reached = reachedFrom(flow, [flow.first, ...Object.values(script.moves ?? {})]);
    for (const node of flow.nodes.values()) {
      if (reached.has(node.id)) continue;
      const reason = `nothing leads to the step ${node.id}`;
      yield source.at(node.path, reason, 'lead to it with a goto, or remove it', 'unreachable');
      for (const id of reachedFrom(flow, [node.id])) reached.add(id);
    }
  }
}

/** The ids of the steps that may be run from these places on. */
export function reachedFrom(flow: Flow, from: readonly Next[]): Set<string> {
  const reached = new Set<string>();
  const open: Next[] = [...from];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const node = typeof next === 'string' ? flow.nodes.get(next) : undefined;
    if (!node || reached.has(node.id)) continue;
    reached.add(node.id);
    open.push(...waysOf(node).map((way) => way.next));
  }
  return reached;
}

function begunDialogs(dialogs: readonly CheckedDialog[]): Set<string> {
  const byId = new Map(dialogs.map((dialog) => [dialog.script.id, dialog]));
  const begun = new Set<string>();
  const open = dialogs.filter(({ script }) => (script.triggers ?? []).length > 0);
  for (let dialog = open.pop(); dialog; dialog = open.pop()) {
    begun.add(dialog.script.id);
    for (const node of dialog.flow.nodes.values()) {
      const called = node.kind === 'call' ? byId.get(node.dialog) : undefined;
      if (called && !begun.has(called.script.id)) open.push(called);
    }
  }
  return begun;
}

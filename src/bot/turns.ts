import type { Flow, Next, Node } from './flow.ts';
import { waysOf } from './ways.ts';

/** A turn that runs more steps than this without asking anything goes round in circles. */
export const MOST_STEPS = 50;

/** What the steps that one turn runs come to, from a step on until something must come from outside. */
interface Stretch {
  /** The most steps that may be run within the dialog, and the dialogs that it calls. */
  steps: number;
  /** The most steps of a way that comes to the end of the dialog; -1 when none does. */
  toEnd: number;
}

/** The steps that lead round in a circle with nothing from outside, in the order of the file. */
export interface Circle {
  dialog: string;
  nodes: Node[];
  /** Whether some step of it may lead out, or wait. */
  canEnd: boolean;
}

/**
 * How far a turn goes in a set of dialogs. A call runs within the same turn, and so does what comes after it when the called
 * dialog can come to its end without waiting. Dialogs that call each other in a circle count as if they waited.
 */
export class Turns {
  readonly #flows: ReadonlyMap<string, Flow>;
  readonly #stretches = new Map<string, Map<string, Stretch>>();
  /** Where the callers of a dialog go on. */
  readonly #callsOf = new Map<string, { caller: string; next: Next }[]>();
  readonly #tails = new Map<string, number>();
  readonly #underWay = new Set<string>();

  constructor(flows: ReadonlyMap<string, Flow>) {
    this.#flows = flows;
    for (const [caller, { nodes }] of flows) {
      for (const node of nodes.values()) {
        if (node.kind !== 'call') continue;
        this.#callsOf.set(node.dialog, [
          ...(this.#callsOf.get(node.dialog) ?? []),
          { caller, next: node.next },
        ]);
      }
    }
  }

  #ofDialog(dialog: string): Stretch {
    const flow = this.#flows.get(dialog);
    if (!flow || this.#underWay.has(dialog)) return { steps: 0, toEnd: -1 };
    return this.#from(dialog, flow, flow.first, new Set());
  }

  /** The most steps that one turn may run from a step on, with what callers run once the dialog is done. */
  longest(dialog: string, next: Next): number {
    const flow = this.#flows.get(dialog);
    if (!flow) return 0;
    const { steps, toEnd } = this.#from(dialog, flow, next, new Set());
    return toEnd < 0 ? steps : Math.max(steps, toEnd + this.#afterEnd(dialog));
  }

  /** The most steps that the callers of a dialog run at once when it is done. */
  #afterEnd(dialog: string): number {
    if (this.#underWay.has(dialog)) return 0;
    const known = this.#tails.get(dialog);
    if (known !== undefined) return known;
    this.#underWay.add(dialog);
    const calls = this.#callsOf.get(dialog) ?? [];
    const most = calls.reduce((so, { caller, next }) => Math.max(so, this.longest(caller, next)), 0);
    this.#underWay.delete(dialog);
    this.#tails.set(dialog, most);
    return most;
  }

  #from(dialog: string, flow: Flow, next: Next, seen: Set<string>): Stretch {
    if (next === null) return { steps: 0, toEnd: 0 };
    const node = typeof next === 'string' ? flow.nodes.get(next) : undefined;
    if (!node || seen.has(node.id)) return { steps: 0, toEnd: -1 };
    const known = this.#stretches.get(dialog) ?? new Map<string, Stretch>();
    this.#stretches.set(dialog, known);
    const found = known.get(node.id);
    if (found) return found;
    seen.add(node.id);
    const stretch = this.#ofNode(dialog, flow, node, seen);
    seen.delete(node.id);
    known.set(node.id, stretch);
    return stretch;
  }

  #ofNode(dialog: string, flow: Flow, node: Node, seen: Set<string>): Stretch {
    let steps = 1;
    let toEnd = -1;
    let called: Stretch = { steps: 0, toEnd: 0 };
    if (node.kind === 'call') {
      this.#underWay.add(dialog);
      called = this.#ofDialog(node.dialog);
      this.#underWay.delete(dialog);
      steps += called.steps;
      if (called.toEnd < 0) return { steps, toEnd };
    }
    for (const way of waysOf(node)) {
      if (way.through === 'outside') continue;
      const rest = this.#from(dialog, flow, way.next, seen);
      steps = Math.max(steps, 1 + called.toEnd + rest.steps);
      if (rest.toEnd >= 0) toEnd = Math.max(toEnd, 1 + called.toEnd + rest.toEnd);
    }
    return { steps, toEnd };
  }

  /** The circles of one dialog. */
  circles(dialog: string): Circle[] {
    const flow = this.#flows.get(dialog);
    if (!flow) return [];
    const inner = new Map([...flow.nodes.values()].map((node) => [node.id, this.#atOnce(node)]));
    return components(inner)
      .filter(([first = '', ...others]) => others.length > 0 || inner.get(first)?.includes(first))
      .map((ids) => {
        const nodes = [...flow.nodes.values()].filter(({ id }) => ids.includes(id));
        return { dialog, nodes, canEnd: nodes.some((node) => this.#leavesOrWaits(node, ids)) };
      });
  }

  /** The steps of the same dialog that a step may lead to with nothing from outside. */
  #atOnce(node: Node): string[] {
    return waysOf(node)
      .filter(({ through }) => through === 'nothing' || (through === 'dialog' && this.#passes(node)))
      .flatMap(({ next }) => (typeof next === 'string' ? [next] : []));
  }

  #passes(node: Node): boolean {
    return node.kind === 'call' && this.#ofDialog(node.dialog).toEnd >= 0;
  }

  #leavesOrWaits(node: Node, circle: readonly string[]): boolean {
    if (node.kind === 'call' && this.#canWait(node.dialog)) return true;
    return waysOf(node).some(({ next }) => typeof next !== 'string' || !circle.includes(next));
  }

  #canWait(dialog: string, seen = new Set<string>()): boolean {
    const flow = this.#flows.get(dialog);
    if (!flow || seen.has(dialog)) return false;
    seen.add(dialog);
    return [...flow.nodes.values()].some(
      (node) =>
        waysOf(node).length === 0 ||
        waysOf(node).some(({ through }) => through === 'outside') ||
        (node.kind === 'call' && this.#canWait(node.dialog, seen)),
    );
  }
}

/** Tarjan's strongly connected components. */
function components(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const visit = (id: string): number => {
    const at = order.size;
    order.set(id, at);
    low.set(id, at);
    stack.push(id);
    for (const next of graph.get(id) ?? []) {
      if (!graph.has(next)) continue;
      const other = order.has(next) ? (stack.includes(next) ? order.get(next) : undefined) : visit(next);
      if (other !== undefined) low.set(id, Math.min(low.get(id) ?? at, low.get(next) ?? other, other));
    }
    if (low.get(id) === at) found.push(stack.splice(stack.indexOf(id)));
    return low.get(id) ?? at;
  };
  for (const id of graph.keys()) if (!order.has(id)) visit(id);
  return found;
}

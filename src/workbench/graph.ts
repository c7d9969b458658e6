import type { Next, Node } from '../bot/flow.ts';
import type { LoadedScript, Scripts } from '../bot/load.ts';
import type { Texts } from '../bot/texts.ts';
import { waysOf } from '../bot/ways.ts';

/** How a step is drawn. */
export type Shape = 'says' | 'asks' | 'decides' | 'does' | 'calls' | 'hands over' | 'ends';

/** What live sessions or tests say of a step, by language (BCP 47). */
export interface StepFigures {
  /** Undefined = there is no coverage to show. */
  runs?: ReadonlyMap<string, number> | undefined;
  /** Sessions that reached it, and those that ended there without a word. */
  live?: { language: string; reached: number; left: number }[];
}

export interface GraphStep extends StepFigures {
  /** `main/menu` */
  place: string;
  step: string;
  shape: Shape;
  /** What it says, or does. */
  label: string;
  /** Where it may lead: places, or `dialog/` for back to what called it. */
  ways: { to: string; label: string }[];
}

export interface GraphDialog {
  id: string;
  /** How it begins, as `triggers` has it; none = by a call only. */
  triggers: string[];
  /** A place. */
  first: string;
  steps: GraphStep[];
}

export interface Graph {
  dialogs: GraphDialog[];
  /** In which coverage is told. */
  languages: readonly string[];
}

const SHAPES: { [K in Node['kind']]?: Shape } = {
  say: 'says',
  ask: 'asks',
  choice: 'asks',
  confirm: 'asks',
  if: 'decides',
  switch: 'decides',
  call: 'calls',
  handoff: 'hands over',
  return: 'ends',
  end: 'ends',
};

/** Characters of a text that are shown. */
const SHOWN = 60;

/** The dialogs as a drawing shows them, with the texts of one language. A `goto` is no step here but the way that it is. */
export function graphOf(
  { dialogs, start, fallback, returned, undelivered, silence }: Scripts,
  texts: Texts,
  language: string,
  figuresOf: (place: string) => StepFigures = () => ({}),
): Graph {
  return {
    languages: texts.languages,
    dialogs: startFirst(dialogs.values(), start).map((script) => {
      const { id, keywords, patterns, first, nodes } = script;
      const triggers = [
        ...(id === start ? ['start'] : []),
        ...(id === fallback ? ['fallback'] : []),
        ...(id === returned ? ['returned'] : []),
        ...(id === undelivered ? ['undelivered'] : []),
        ...(id === silence?.dialog ? ['silence'] : []),
        ...(keywords.length > 0 ? ['keywords'] : []),
        ...(patterns.length > 0 ? ['pattern'] : []),
      ];
      const steps = [...nodes.values()]
        .filter(({ kind }) => kind !== 'goto')
        .map((node): GraphStep => {
          const place = `${id}/${node.id}`;
          return {
            ...figuresOf(place),
            place,
            step: node.id,
            shape: SHAPES[node.kind] ?? 'does',
            label: labelOf(node, id, texts, language),
            ways: together(waysOf(node).map(({ next, label }) => ({ to: placeOf(script, next), label }))),
          };
        });
      return { id, triggers, first: placeOf(script, first), steps };
    }),
  };
}

function startFirst(dialogs: Iterable<LoadedScript>, start: string): LoadedScript[] {
  const all = [...dialogs];
  return [...all.filter(({ id }) => id === start), ...all.filter(({ id }) => id !== start)];
}

/** Ways to one place are one, named by all of them. */
function together(ways: readonly { to: string; label: string }[]): { to: string; label: string }[] {
  const labels = new Map<string, string[]>();
  for (const { to, label } of ways)
    labels.set(
      to,
      [...(labels.get(to) ?? []), label].filter((one) => one !== ''),
    );
  return [...labels].map(([to, all]) => ({ to, label: all.join(', ') }));
}

function placeOf({ id, nodes }: LoadedScript, next: Next): string {
  let at = next;
  // As many as there are: a goto that leads to itself has no other place.
  for (let n = 0; n <= nodes.size; n += 1) {
    if (at === null) return `${id}/`;
    if (typeof at !== 'string') return `${id}/${at.waitAt}`;
    const node = nodes.get(at);
    if (node?.kind !== 'goto') return `${id}/${at}`;
    at = node.next;
  }
  return `${id}/`;
}

function labelOf(node: Node, dialog: string, texts: Texts, language: string): string {
  switch (node.kind) {
    case 'say':
    case 'ask':
    case 'choice':
    case 'confirm':
      return shortened(texts.written(language, dialog, node.key));
    case 'call':
      return `⇒ ${node.dialog}`;
    case 'handoff':
      return `to ${node.queue}: ${node.reason}`;
    case 'end':
      return node.outcome;
    case 'action':
      return `action ${node.action}`;
    case 'http':
      return `${node.method} request`;
    case 'set':
      return shortened(`set ${node.assignments.map(({ name }) => name).join(', ')}`);
    default:
      return shortened(node.id);
  }
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= SHOWN ? line : `${line.slice(0, SHOWN - 1)}…`;
}

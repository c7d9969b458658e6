import type { Graph, GraphStep, Shape } from './graph.ts';
import { coveredIn, losesMany, notesOf } from './marks.ts';

const BRACKETS: Record<Shape, [open: string, close: string]> = {
  says: ['[', ']'],
  asks: ['[/', '/]'],
  decides: ['{', '}'],
  does: ['[', ']'],
  calls: ['[[', ']]'],
  'hands over': ['{{', '}}'],
  ends: ['([', '])'],
};

/** The dialogs as Mermaid text, which GitHub and many editors draw. */
export function mermaidOf({ dialogs, languages }: Graph): string {
  const ids = new Map<string, string>();
  const idOf = (place: string) => {
    const id = ids.get(place) ?? `n${ids.size + 1}`;
    ids.set(place, id);
    return id;
  };
  const classes = new Map<string, string[]>();
  const mark = (name: string, place: string) =>
    classes.set(name, [...(classes.get(name) ?? []), idOf(place)]);
  const lines = ['flowchart TD'];
  for (const { id, triggers, first, steps } of dialogs) {
    lines.push(`  subgraph ${quoted(triggers.length === 0 ? id : `${id} (${triggers.join(', ')})`)}`);
    const begin = `${id}//begin`;
    lines.push(`    ${idOf(begin)}((" ")) --> ${idOf(first)}`);
    for (const step of steps) {
      const [open, close] = BRACKETS[step.shape];
      lines.push(`    ${idOf(step.place)}${open}${quoted(textOf(step, languages))}${close}`);
      const covered = coveredIn(step, languages);
      if (covered === 'never' || covered === 'partly') mark(covered, step.place);
      if (losesMany(step)) mark('loses', step.place);
      for (const { to, label } of step.ways) {
        lines.push(`    ${idOf(step.place)} -->${label === '' ? '' : `|${quoted(label)}|`} ${idOf(to)}`);
      }
    }
    const back = `${id}/`;
    if (ids.has(back)) lines.push(`    ${idOf(back)}(("back"))`);
    lines.push('  end');
  }
  lines.push(
    '  classDef never stroke:#c00,stroke-width:3px,stroke-dasharray:6 3',
    '  classDef partly stroke:#c60,stroke-width:2px,stroke-dasharray:6 3',
    '  classDef loses fill:#fdd',
    ...[...classes].map(([name, nodes]) => `  class ${nodes.join(',')} ${name}`),
  );
  return `${lines.join('\n')}\n`;
}

function textOf(step: GraphStep, languages: readonly string[]): string {
  return [
    step.step.includes(':') ? '' : `<b>${escaped(step.step)}</b>`,
    escaped(step.label),
    ...notesOf(step, languages),
  ]
    .filter((line) => line !== '')
    .join('<br/>');
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '#quot;')}"`;
}

/** Mermaid takes a label for HTML. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

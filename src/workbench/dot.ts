import { instance } from '@viz-js/viz';
import { width, wrapped } from './columns.ts';
import type { Graph, GraphStep, Shape } from './graph.ts';
import { coveredIn, losesMany, notesOf } from './marks.ts';

const LOOKS: Record<Shape, string> = {
  says: 'shape=box, style="rounded,filled", fillcolor="#eef4fb"',
  asks: 'shape=box, style="filled", fillcolor="#fff7dd"',
  decides: 'shape=diamond, style="filled", fillcolor="#ffffff", margin="0.02,0.02"',
  does: 'shape=box, style="filled", fillcolor="#f3f3f3"',
  calls: 'shape=box, style="filled,dashed", fillcolor="#e4ebf7"',
  'hands over': 'shape=box, style="filled", fillcolor="#e6f4e6", peripheries=2',
  ends: 'shape=oval, style="filled", fillcolor="#e8e8e8"',
};

/** Columns of a label, a wide character taking up two. */
const WIDTH = 32;

/** The dialogs as an SVG picture, laid out by Graphviz. */
export async function svgOf(graph: Graph): Promise<string> {
  const viz = await instance();
  const svg = viz.renderString(dotOf(graph), { format: 'svg' });
  // Graphviz knows the widths of this one font only, and machines without it need another of the same widths.
  const widths = svg.replaceAll(
    'font-family="Helvetica"',
    'font-family="Helvetica,Arial,Liberation Sans,sans-serif"',
  );
  return widths.replace(
    /<svg[^>]*>/,
    (tag) => `${tag}
<style>${stylesFor(graph)}</style>`,
  );
}

/** A step's own name is bold, and the notes under it stand out. */
function stylesFor({ dialogs, languages }: Graph): string {
  const counts = dialogs.flatMap(({ steps }) => steps.map((step) => notesOf(step, languages).length));
  const notes = [...new Set(counts)]
    .filter((n) => n > 0)
    .map((n) => `.notes${n} text:nth-last-of-type(-n+${n}){fill:#a00;font-size:9px}`);
  return `.named text:first-of-type{font-weight:bold}${notes.join('')}`;
}

/** In Graphviz's language. */
export function dotOf({ dialogs, languages }: Graph): string {
  const lines = [
    'digraph dialogs {',
    'graph [fontname="Helvetica", fontsize=16, ranksep=0.35, nodesep=0.3, compound=true, pad=0.3]',
    'node [fontname="Helvetica", fontsize=11, margin="0.12,0.06"]',
    'edge [fontname="Helvetica", fontsize=10, color="#555555", fontcolor="#333333"]',
  ];
  for (const [n, { id, triggers, first, steps }] of dialogs.entries()) {
    const title = triggers.length === 0 ? id : `${id} (${triggers.join(', ')})`;
    lines.push(
      `subgraph "cluster_${n}" {`,
      `label=${quoted(title)}; labeljust=l; style=rounded; color="#999999"`,
    );
    lines.push(
      `${quoted(`${id}//begin`)} [shape=circle, label="", width=0.15, style=filled, fillcolor=black]`,
    );
    lines.push(`${quoted(`${id}//begin`)} -> ${quoted(first)}`);
    for (const step of steps) {
      lines.push(
        `${quoted(step.place)} [${LOOKS[step.shape]}${markOf(step, languages)}${roomFor(step)}, label=${labelOf(step, languages)}]`,
      );
      for (const { to, label } of step.ways) {
        const named = label === '' ? '' : ` [label=${quoted(` ${label} `)}]`;
        lines.push(`${quoted(step.place)} -> ${quoted(to)}${named}`);
      }
    }
    const back = `${id}/`;
    if ([first, ...steps.flatMap(({ ways }) => ways.map(({ to }) => to))].includes(back)) {
      lines.push(`${quoted(back)} [shape=doublecircle, label="", width=0.12, style=filled, fillcolor=black]`);
    }
    lines.push('}');
  }
  return [...lines, ...below(dialogs), '}'].join('\n');
}

/** Unseen edges that put dialogs below each other, since Graphviz puts all that is not joined into one row. */
function below(dialogs: Graph['dialogs']): string[] {
  const columns = Math.max(4, Math.ceil(Math.sqrt(dialogs.length)));
  return dialogs.flatMap(({ id, steps }, n) => {
    const next = dialogs[n + columns];
    if (!next) return [];
    const last = steps
      .filter(({ ways }) => ways.every(({ to }) => to === `${id}/`))
      .map(({ place }) => place);
    const from = last.length > 0 ? last : steps.slice(-1).map(({ place }) => place);
    return from.map((place) => `${quoted(place)} -> ${quoted(`${next.id}//begin`)} [style=invis, minlen=3]`);
  });
}

function markOf(step: GraphStep, languages: readonly string[]): string {
  const covered = coveredIn(step, languages);
  const border =
    covered === 'never'
      ? ', color="#cc0000", penwidth=3'
      : covered === 'partly'
        ? ', color="#dd7700", penwidth=2.5'
        : '';
  return losesMany(step) ? `${border}, fillcolor="#ffd9d9"` : border;
}

/** Graphviz takes an East Asian character for a Latin one: the box of its line needs the room said. Inches. */
function roomFor(step: GraphStep): string {
  const columns = wrapped(step.label, WIDTH).map((line) =>
    width(line) > [...line].length ? width(line) : 0,
  );
  const widest = Math.max(...columns);
  return widest === 0 ? '' : `, width=${(0.3 + widest * 0.078).toFixed(2)}`;
}

/** Plain lines, since Graphviz sets those in the middle whatever the widths are that it takes letters for. */
function labelOf(step: GraphStep, languages: readonly string[]): string {
  const notes = notesOf(step, languages);
  const isNamed = !step.step.includes(':');
  const lines = [...(isNamed ? [step.step] : []), ...wrapped(step.label, WIDTH), ...notes];
  const classes = [...(isNamed ? ['named'] : []), ...(notes.length > 0 ? [`notes${notes.length}`] : [])];
  return `${lines.map(quoted).join('+"\\n"+')}, class=${quoted(classes.join(' '))}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

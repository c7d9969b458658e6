import type { DialogSet } from './bot/published-bot.ts';

/** Milliseconds of work for a drawing: it is kept for as long as its set is live. */
export type DrawDialogs = (language: string | undefined) => Promise<string>;

/**
 * Draws the dialogs that are live as SVG, with the texts of one language. Graphviz, a megabyte of WebAssembly, is loaded
 * when somebody first asks.
 */
export function createDrawing(current: () => DialogSet): DrawDialogs {
  let kept: { id: string; drawings: Map<string, Promise<string>> } | undefined;
  return (wanted) => {
    const { id, scripts, texts } = current();
    if (kept?.id !== id) kept = { id, drawings: new Map() };
    const { drawings } = kept;
    const language = texts.language(wanted ?? texts.defaultLanguage);
    const known = drawings.get(language);
    if (known) return known;
    const drawn = Promise.all([import('./workbench/graph.ts'), import('./workbench/dot.ts')]).then(
      ([{ graphOf }, { svgOf }]) => svgOf(graphOf(scripts, texts, language)),
    );
    drawings.set(language, drawn);
    drawn.catch(() => drawings.delete(language));
    return drawn;
  };
}

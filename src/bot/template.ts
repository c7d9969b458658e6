import type { Json } from '../bot-turn.ts';

/** A text with `{{names}}` in it, taken apart: what stands as it is, and the names that stand for values. */
export type Template = readonly (string | { name: string; path: readonly string[] })[];

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;
const NAME = /^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$/;

export function template(text: string): Template {
  const pieces: (string | { name: string; path: readonly string[] })[] = [];
  let end = 0;
  for (const found of text.matchAll(PLACEHOLDER)) {
    const name = found[1] ?? '';
    if (found.index > end) pieces.push(text.slice(end, found.index));
    pieces.push({ name, path: NAME.test(name) ? name.split('.') : [name] });
    end = found.index + found[0].length;
  }
  if (end < text.length) pieces.push(text.slice(end));
  return pieces;
}

/** The names in a template, as they are written. */
export function namesIn(pieces: Template): string[] {
  return pieces.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.name]));
}

/**
 * The text with values for its names; undefined when one has none, or one that is no text, number, true or false.
 * `encode` is for where the text goes: a part of a URL is not written as it is in a header.
 */
export function filled(
  pieces: Template,
  at: (path: readonly string[]) => Json | undefined,
  encode: (value: string) => string,
): string | undefined {
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      text += piece;
      continue;
    }
    const value = at(piece.path);
    if (value === undefined || value === null || typeof value === 'object') return undefined;
    text += encode(String(value));
  }
  return text;
}

/** The value at a path such as `order.items.0`. */
export function valueAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  let found: Json | undefined = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = Array.isArray(found) ? found[Number(key)] : found[key];
  }
  return found;
}

import { labelled } from '../model/labelled.ts';
import type { T } from '../model/texts.ts';
import { type Fields, type Schema, shapeOf } from './schema.ts';

/** What tells one of several kinds of a value from the others. */
export function variantName(variant: Schema, root: Fields, t: T): string {
  const shape = shapeOf(variant, root);
  if (shape.kind === 'choice')
    return shape.choices.map((choice) => labelled(t, 'choice', choice)).join(' / ');
  if (shape.kind !== 'fields') return t(`form.${shape.kind}`);
  const fixed = shape.fields.map(([, schema]) => shapeOf(schema, root)).find(({ kind }) => kind === 'fixed');
  if (fixed?.kind === 'fixed') return labelled(t, 'choice', String(fixed.value));
  return shape.fields.map(([name]) => labelOf(t, name)).join(', ');
}

/** In the reader's words, where there are some; the API's own name otherwise. */
export function labelOf(t: T, name: string): string {
  const key = `field.${name}`;
  const text = t(key);
  return text === key ? name : text;
}

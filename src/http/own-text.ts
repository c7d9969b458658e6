import { z } from 'zod';

/** What automated messages may name; where one says nothing of it, there is nothing in its place. */
const NAMES: readonly string[] = ['agent', 'queue', 'holiday', 'position', 'wait', 'opens'];

/** `{{position}}`, or as i18next writes a format: `{{position, number}}`. */
const PLACEHOLDER = /\{\{\s*(\w+)\s*(?:,[^{}]*)?\}\}/g;

/** A workstream's own text of an automated message: customers would read what is misspelt in it. */
export const ownText = z
  .string()
  .trim()
  .min(1)
  .max(1600)
  .refine((text) => !/\{\{|\}\}/.test(text.replace(PLACEHOLDER, '')), {
    error: 'a {{ must begin a placeholder such as {{agent}}',
  })
  .refine((text) => [...text.matchAll(PLACEHOLDER)].every(([, name = '']) => NAMES.includes(name)), {
    error: `the placeholders are ${NAMES.map((name) => `{{${name}}}`).join(', ')}`,
  });

import { z } from 'zod';
import { scriptSchema } from './script.ts';
import { OPTIONAL_WORDS, REQUIRED_WORDS, SYSTEM_TEXTS } from './system-texts.ts';

export type JsonSchema = z.core.JSONSchema.JSONSchema;

const text = z.string().min(1).describe('A text. `{{name}}` is a value.');
const list = z.array(z.string()).describe('Words that customers write, or texts that are said in turn.');
const texts = z
  .record(
    z.string(),
    z.lazy((): z.ZodType => z.union([text, list, texts])),
  )
  .meta({ id: 'texts' });

/** The files that have a format of their own, and what each is. */
const SCHEMAS = {
  dialog: { title: 'A dialog of switchboard', schema: scriptSchema },
  locale: { title: 'The texts of a dialog of switchboard, in one language', schema: texts },
  system: { title: 'What switchboard itself says and understands, in one language', schema: systemTexts() },
} as const;

export type SchemaName = keyof typeof SCHEMAS;

/**
 * The format of a file as JSON Schema, for editors that complete and check. Draft 7: the YAML support of editors knows no
 * later one. Where more than one place of a file counts, only the lint finds what is wrong.
 */
export function jsonSchema(name: SchemaName): JsonSchema {
  const { title, schema: described } = SCHEMAS[name];
  const { $schema, ...rest } = z.toJSONSchema(described, { target: 'draft-7', io: 'input' });
  return { $schema, title, ...rest };
}

/** Plural forms of these keys may stand beside them, so others are let through: the lint knows which. */
function systemTexts() {
  const keys = Object.entries(SYSTEM_TEXTS).map(([key, values]) => {
    const named = values.map((value) => `\`{{${value}}}\``).join(', ');
    return [key, text.describe(named === '' ? 'Names no value.' : `May name ${named}.`).optional()] as const;
  });
  const lists = [...REQUIRED_WORDS, ...OPTIONAL_WORDS].filter((name) => !name.includes('.'));
  const words = z.looseObject(Object.fromEntries(lists.map((name) => [name, list.optional()])));
  return z.looseObject({ ...Object.fromEntries(keys), words: words.optional() });
}

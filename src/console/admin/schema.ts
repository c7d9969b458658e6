/** A JSON schema, as far as the API's own document uses it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
}

export type Value = unknown;
export type Fields = Record<string, Value>;

/** What a form shows for a schema. `nullable` = it may be left empty, and is null then. */
export type Shape = { nullable: boolean; schema: Schema } & (
  | { kind: 'choice'; choices: string[] }
  | { kind: 'fixed'; value: unknown }
  | { kind: 'switch' }
  | { kind: 'clearing' }
  | { kind: 'number'; whole: boolean }
  | { kind: 'text'; long: boolean }
  | { kind: 'words' }
  | { kind: 'list'; item: Schema }
  | { kind: 'fields'; fields: [name: string, schema: Schema, required: boolean][] }
  | { kind: 'named'; item: Schema }
  | { kind: 'variants'; variants: Schema[] }
  | { kind: 'json' }
);

/** By which the API tells that what is to be changed has changed since it was read: nothing that a person fills in. */
export const READ_AT = 'changedAt';

/** Texts that may be this long get more than a line. */
const LONG = 501;

/** What to show for a schema of the document `root`. */
export function shapeOf(given: Schema, root: Fields): Shape {
  const { schema, nullable } = unwrapped(resolved(given, root), root);
  const as = { schema, nullable };
  if (schema.const !== undefined) return { ...as, kind: 'fixed', value: schema.const };
  if (schema.enum) return { ...as, kind: 'choice', choices: schema.enum.map(String) };
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants) return { ...as, kind: 'variants', variants: variants.map((one) => resolved(one, root)) };
  const types = [schema.type ?? []].flat();
  if (types.length > 1)
    return { ...as, kind: 'variants', variants: types.map((type) => ({ ...schema, type })) };
  switch (types[0]) {
    case 'null':
      return { ...as, kind: 'clearing' };
    case 'boolean':
      return { ...as, kind: 'switch' };
    case 'integer':
    case 'number':
      return { ...as, kind: 'number', whole: types[0] === 'integer' };
    case 'string':
      return { ...as, kind: 'text', long: (schema.maxLength ?? 0) >= LONG && schema.format === undefined };
    case 'array': {
      const item = resolved(schema.items ?? {}, root);
      return item.type === 'string' && item.enum === undefined
        ? { ...as, kind: 'words' }
        : { ...as, kind: 'list', item };
    }
    case 'object': {
      const { properties, required = [], additionalProperties } = schema;
      if (properties) {
        const fields = Object.entries(properties).map(([name, field]): [string, Schema, boolean] => [
          name,
          field,
          required.includes(name),
        ]);
        return { ...as, kind: 'fields', fields };
      }
      if (typeof additionalProperties === 'object')
        return { ...as, kind: 'named', item: additionalProperties };
      return { ...as, kind: 'json' };
    }
    default:
      return { ...as, kind: 'json' };
  }
}

export function resolved(schema: Schema, root: Fields): Schema {
  if (schema.$ref === undefined) return schema;
  const target = schema.$ref
    .replace('#/', '')
    .split('/')
    .reduce<Value>((at, name) => (isFields(at) ? at[name] : undefined), root);
  return isFields(target) ? target : {};
}

function unwrapped(schema: Schema, root: Fields): { schema: Schema; nullable: boolean } {
  const parts = schema.anyOf ?? schema.oneOf;
  const others = parts?.filter(({ type }) => type !== 'null');
  if (parts && others && others.length < parts.length) {
    const [only, ...more] = others;
    const inner = only && more.length === 0 ? resolved(only, root) : { ...schema, anyOf: others };
    return { schema: inner, nullable: true };
  }
  const types = [schema.type ?? []].flat();
  if (types.length > 1 && types.includes('null')) {
    const left = types.filter((type) => type !== 'null');
    return { schema: { ...schema, type: left.length === 1 ? (left[0] ?? 'string') : left }, nullable: true };
  }
  return { schema, nullable: false };
}

/** What a field has before anybody has written in it; undefined = nothing, and it is left out. */
export function emptyOf(given: Schema, root: Fields): Value {
  if (given.default !== undefined) return given.default;
  const shape = shapeOf(given, root);
  if (shape.nullable) return null;
  switch (shape.kind) {
    case 'fixed':
      return shape.value;
    case 'fields':
      return Object.fromEntries(
        shape.fields
          .filter(([, schema, required]) => required || schema.default !== undefined)
          .map(([name, schema]) => [name, emptyOf(schema, root)]),
      );
    case 'variants':
      return shape.variants[0] && emptyOf(shape.variants[0], root);
    case 'choice':
      return shape.choices[0];
    case 'words':
    case 'list':
      return [];
    case 'named':
      return {};
    case 'switch':
      return false;
    default:
      return undefined;
  }
}

/** Which of several schemas a value is of: by what is fixed in it, else by its type. */
export function variantOf(variants: readonly Schema[], value: Value, root: Fields): number {
  const at = variants.findIndex((variant) => fits(shapeOf(variant, root), value, root));
  return Math.max(at, 0);
}

function fits(shape: Shape, value: Value, root: Fields): boolean {
  switch (shape.kind) {
    case 'fields':
      return (
        isFields(value) &&
        shape.fields.every(([name, schema]) => {
          const field = shapeOf(schema, root);
          return field.kind !== 'fixed' || value[name] === field.value;
        })
      );
    case 'choice':
      return shape.choices.includes(String(value));
    case 'fixed':
      return value === shape.value;
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'switch':
      return typeof value === 'boolean';
    default:
      return false;
  }
}

export function isFields(value: Value): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of what is there, the fields that a change may name. */
export function partOf(value: Value, given: Schema, root: Fields): Value {
  const shape = shapeOf(given, root);
  if (shape.kind !== 'fields' || !isFields(value)) return value;
  return Object.fromEntries(
    shape.fields
      .filter(([name]) => value[name] !== undefined)
      .map(([name, schema]) => [name, partOf(value[name], schema, root)]),
  );
}

/** Of the fields those that are not as they were; groups field by field, all else as a whole. */
export function changesOf(before: Fields, after: Fields): Fields {
  const changes: Fields = {};
  for (const [name, value] of Object.entries(after)) {
    const old = before[name];
    if (JSON.stringify(old) === JSON.stringify(value) || value === undefined) continue;
    changes[name] = isFields(old) && isFields(value) && !isNamed(old, value) ? changesOf(old, value) : value;
  }
  return changes;
}

/** Texts by language and the like have lost a name: what is sent then is all of it. */
function isNamed(before: Fields, after: Fields): boolean {
  return Object.keys(before).some((name) => after[name] === undefined);
}
